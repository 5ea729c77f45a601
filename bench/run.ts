import { mkdir, readdir, writeFile } from "node:fs/promises";
import { arch, availableParallelism, loadavg, platform, totalmem } from "node:os";
import type { Bench } from "./support/define-bench.ts";
import { toSvg } from "./support/plot.ts";
import { toMarkdown } from "./support/table.ts";

const here = new URL("./", import.meta.url);
const results = new URL("results/", here);

const asked = process.argv.slice(2);
if (asked.length === 0) {
  console.error(`usage: npm run bench -- NAME…\nthere are: ${(await names()).join(", ")}`);
  process.exitCode = 2;
}
for (const name of asked) await run(name);

async function run(name: string): Promise<void> {
  const { bench } = (await import(new URL(`${name}.bench.ts`, here).href)) as { bench: Bench };
  const where = machine();
  const rows = await bench.measure();
  const table = toMarkdown(bench, rows, where);
  await mkdir(results, { recursive: true });
  await writeFile(new URL(`${name}.md`, results), `${table}\n![${bench.title}](${name}.svg)\n`);
  await writeFile(new URL(`${name}.svg`, results), toSvg(bench.title, rows));
  console.log(table);
}

async function names(): Promise<string[]> {
  const files = await readdir(here);
  return files.flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const [busy = 0] = loadavg();
  const what = `${platform()} ${arch()}, ${availableParallelism()} cores, ${gigabytes} GiB`;
  return `${what}, Node ${process.version}, a load average of ${busy.toFixed(1)} when it began`;
}
