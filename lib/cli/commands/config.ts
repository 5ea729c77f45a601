import { defineCommand } from "../command.ts";

export const configCommand = defineCommand({
  line: "config <what>",
  describe: "Check the configuration: every problem at once, or what takes effect",
  examples: [
    ["$0 config check", "slipway.yml here, or what SLIPWAY_CONFIG names"],
    ["$0 config check --config prod.yml", "another file"],
  ],
  options: (yargs) => yargs.positional("what", { choices: ["check"] as const, demandOption: true }),
  act: async (options, terminal) =>
    (await import("../actions/config-check.ts")).configCheck(options, terminal),
});
