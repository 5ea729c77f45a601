import { defineCommand } from "../command.ts";
import { queueOptions } from "../queue-options.ts";

export const deadLettersCommand = defineCommand({
  line: "dead-letters <what> [ids..]",
  describe: "Show the requests that were given up, send them again or drop them",
  examples: [
    ["$0 dead-letters list", "each with its reason"],
    ["$0 dead-letters redrive nightly-7", "send it again, unless its run is there"],
    ["$0 dead-letters drop --all", "fence their runs and publish their results"],
  ],
  options: (yargs) =>
    queueOptions(yargs)
      .positional("what", { choices: ["list", "redrive", "drop"] as const, demandOption: true })
      .positional("ids", {
        type: "string",
        array: true,
        default: [] as string[],
        describe: "Ids of runs, or of messages that have none",
      })
      .option("all", { type: "boolean", default: false, describe: "Every one" })
      .option("force", {
        type: "boolean",
        default: false,
        describe: "Without asking their engines, which may not answer",
      }),
  act: async (options, terminal) =>
    (await import("../actions/dead-letters.ts")).deadLetters(options, terminal),
});
