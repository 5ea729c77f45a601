import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFunction } from "./bundle.ts";

/** A bundle's size in bytes: everything, and what is read before the first event arrives. */
export interface BundleSizes {
  readonly total: number;
  readonly cold: number;
}

/** What an ES module imports as soon as it is loaded, unlike `import("…")`. */
const STATIC_IMPORT = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}$,\s]+?\bfrom)?\s*"(\.\/[^"]+)"/g;

/** The sizes of a bundle in a directory. */
export async function sizesOf(directory: string): Promise<BundleSizes> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".js"));
  const texts = new Map<string, string>();
  for (const name of names) texts.set(name, await readFile(join(directory, name), "utf8"));
  const bytes = (chosen: Iterable<string>) =>
    [...chosen].reduce((sum, name) => sum + Buffer.byteLength(texts.get(name) ?? ""), 0);
  return { total: bytes(names), cold: bytes(reachable("index.js", texts)) };
}

function reachable(start: string, texts: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const imports = (texts.get(name) ?? "").matchAll(STATIC_IMPORT);
    open.push(...[...imports].map(([, path = ""]) => path.replace("./", "")));
  }
  return seen;
}

/** Builds both bundles and records their sizes: `node scripts/bundle-sizes.ts`. */
async function record(root: string): Promise<void> {
  const sizes: Record<string, BundleSizes> = {};
  for (const name of ["submit", "watch"]) {
    await bundleFunction({ root, name, source: `functions/${name}.ts` });
    sizes[name] = await sizesOf(join(root, "dist", name));
  }
  const results = join(root, "bench/results");
  await mkdir(results, { recursive: true });
  await writeFile(join(results, "bundle-sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
  console.log(sizes);
}

if (import.meta.main) await record(join(import.meta.dirname, ".."));
