import { parseSoakOptions, replay } from "./options.ts";
import { describeReport } from "./report.ts";
import { soak } from "./soak.ts";

/** `npm run soak -- --runs 10000 --seed N`: exits 1 where a promise was broken, and says how to replay it. */
const options = parseSoakOptions(process.argv.slice(2));
console.log(replay(options));
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => stop.abort(new Error(`the soak was ended by ${signal}`)));
const started = Date.now();
const report = await soak(options, stop.signal);
console.log(describeReport(options, report, Math.round((Date.now() - started) / 1_000)));
if (report.broken.length > 0) process.exitCode = 1;
