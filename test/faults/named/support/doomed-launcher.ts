import type { SQSRecord } from "aws-lambda";
import { Config } from "../../../../lib/config/config.ts";
import { processStage } from "../../support/process-stage.ts";
import { openBench } from "./bench.ts";

/**
 * A launcher in a process of its own, for a test to kill: it takes a batch, says so on stdout when it has come to the
 * record that it never gets done with, and goes no further.
 */
const { config, records, stuckAt } = JSON.parse(process.env.DOOMED ?? "null") as {
  config: unknown;
  records: SQSRecord[];
  stuckAt: string;
};
const stage = processStage();
const bench = await openBench({
  ...stage,
  enter: async (...given) => ({ ...(await stage.enter(...given)), config: Config.parse(config) }),
});
const launcher = bench.anew((backend) => ({
  ...backend,
  submit(run, signal) {
    if (run.key.id !== stuckAt) return backend.submit(run, signal);
    process.stdout.write("stuck\n");
    return new Promise(() => undefined);
  },
}));
setInterval(() => undefined, 60_000); // a promise that never settles keeps no process alive
await bench.deliver(records, launcher);
