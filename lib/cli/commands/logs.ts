import { defineCommand } from "../command.ts";

export const logsCommand = defineCommand({
  line: "logs <id>",
  describe: "Show a run's output, secrets masked",
  examples: [
    ["$0 logs demo-greeting", "what there is now"],
    ["$0 logs -f demo-greeting", "and what comes, until the run ends"],
    ["$0 logs --bytes 2000 demo-greeting", "only its end"],
  ],
  options: (yargs) =>
    yargs
      .positional("id", { type: "string", demandOption: true, describe: "The run's id" })
      .option("follow", {
        alias: "f",
        type: "boolean",
        default: false,
        describe: "Go on until the run ends",
      })
      .option("bytes", {
        type: "number",
        requiresArg: true,
        describe: "Only the last so many bytes",
      }),
  act: async (options, terminal) => (await import("../actions/logs.ts")).logs(options, terminal),
});
