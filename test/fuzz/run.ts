import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { FUZZ_TARGETS } from "./targets.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Date.now() % 2_147_483_647) },
    only: { type: "string", default: "" },
  },
});
const chosen = FUZZ_TARGETS.filter(({ name }) => name.includes(values.only));
const numRuns = Math.ceil(Number(values.runs) / Math.max(1, chosen.length));
let failed = false;

console.log(`${numRuns} inputs for each of ${chosen.length} targets, seed ${values.seed}`);
for (const { name, property } of chosen) {
  const started = performance.now();
  const details = await fc.check(property as fc.IAsyncProperty<unknown>, {
    numRuns,
    seed: Number(values.seed),
  });
  const minutes = (performance.now() - started) / 60_000;
  const rate = Math.round(details.numRuns / minutes).toLocaleString("en");
  console.log(
    `${details.failed ? "FAILED" : "ok"}  ${name}: ${details.numRuns} inputs, ${rate} a minute`,
  );
  if (!details.failed) continue;
  failed = true;
  console.log(fc.defaultReportMessage(details));
  console.log(
    `replay: npm run fuzz -- --seed ${details.seed} --only "${name}" --runs ${values.runs}`,
  );
}
process.exitCode = failed ? 1 : 0;
