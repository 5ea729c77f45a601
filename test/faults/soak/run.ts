import { parseSoakOptions, replay } from "./options.ts";
import { describeReport } from "./report.ts";
import { soak } from "./soak.ts";

/**
 * `npm run soak -- --runs 10000 --seed N`: exits 1 where a promise was broken, and says how to replay it. Ctrl-C has it
 * send no more and judge what it has sent; once more ends it.
 */
const options = parseSoakOptions(process.argv.slice(2));
console.log(replay(options));
const [enough, stop] = [new AbortController(), new AbortController()];
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (enough.signal.aborted) stop.abort(new Error(`the soak was ended by ${signal}`));
    enough.abort();
  });
const started = Date.now();
const report = await soak(options, { enough: enough.signal, stop: stop.signal });
console.log(describeReport(options, report, Math.round((Date.now() - started) / 1_000)));
if (report.broken.length > 0) process.exitCode = 1;
