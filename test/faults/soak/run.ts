import { parseSoakOptions, replay } from "./options.ts";
import { soak } from "./soak.ts";

/** `npm run soak -- --runs 10000 --seed N`: exits 1 where a promise was broken, and says how to replay it. */
const options = parseSoakOptions(process.argv.slice(2));
console.log(`soak: ${replay(options)}`);
const started = Date.now();
const report = await soak(options);
console.log(JSON.stringify({ ...report, broken: report.broken.length }, null, 2));
console.log(`${Math.round((Date.now() - started) / 1_000)} s`);
if (report.broken.length > 0) {
  console.error(`${report.broken.join("\n")}\nreplay it: ${replay(options)}`);
  process.exitCode = 1;
}
