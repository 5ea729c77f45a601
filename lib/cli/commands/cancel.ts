import { defineCommand } from "../command.ts";

const USUAL_GRACE_SECONDS = 30;

export const cancelCommand = defineCommand({
  line: "cancel <id>",
  describe: "End a run, or keep it from starting",
  examples: [
    ["$0 cancel nightly-7", "asked of its engine"],
    ["$0 cancel nightly-7 --request job.yaml", "before it is there, too"],
    ["$0 cancel nightly-7 --queue-url https://sqs…", "by a message"],
  ],
  options: (yargs) =>
    yargs
      .positional("id", { type: "string", demandOption: true, describe: "The run's id" })
      .option("grace", {
        type: "number",
        default: USUAL_GRACE_SECONDS,
        requiresArg: true,
        describe: "Seconds between the polite and the final signal",
      })
      .option("request", {
        type: "string",
        requiresArg: true,
        describe: "The file it was sent from: for a run that is not there yet",
      })
      .option("queue-url", {
        type: "string",
        requiresArg: true,
        describe: "Send the cancel to this queue instead",
      }),
  act: async (options, terminal) =>
    (await import("../actions/cancel.ts")).cancel(options, terminal),
});
