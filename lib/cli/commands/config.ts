import { defineCommand } from "../command.ts";

export const configCommand = defineCommand({
  line: "config <what>",
  describe: "Check the configuration and ask every target that it names",
  examples: [
    ["$0 config check", "slipway.yml here, or what SLIPWAY_CONFIG names"],
    ["$0 config check --config prod.yml", "another file"],
    ["$0 config check --offline", "its text alone, without asking any target"],
  ],
  options: (yargs) =>
    yargs
      .positional("what", { choices: ["check"] as const, demandOption: true })
      .option("offline", {
        type: "boolean",
        default: false,
        describe: "Check the text only: ask no cluster, no Docker host and no queue",
      }),
  act: async (options, terminal) =>
    (await import("../actions/config-check.ts")).configCheck(options, terminal),
});
