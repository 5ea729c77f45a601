import { defineCommand } from "../command.ts";

export const releaseCommand = defineCommand({
  line: "release",
  describe: "Uninstall from a cluster: let go of every Job, whatever its state",
  examples: [
    ["$0 release --yes", "the default cluster"],
    ["$0 release --cluster prod --yes", "one of the configuration"],
  ],
  options: (yargs) =>
    yargs
      .option("cluster", {
        type: "string",
        requiresArg: true,
        describe: "A cluster of the configuration",
      })
      .option("yes", { type: "boolean", default: false, describe: "Do it" }),
  act: async (options, terminal) =>
    (await import("../actions/release.ts")).release(options, terminal),
});
