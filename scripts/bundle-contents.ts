import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { eachMapping, TraceMap } from "@jridgewell/trace-mapping";

/** One installed package in a bundle. Two copies of one package are two of these. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** What it adds to the bundle, minified, in bytes. */
  readonly bytes: number;
}

/**
 * The packages in a function's bundle, by its source maps in `maps`; the largest first. Their sources are written relative
 * to `root/dist`, wherever the bundle went. Throws where they name no package at all.
 */
export async function packagesIn(root: string, maps: string): Promise<BundledPackage[]> {
  const bytesOf = new Map<string, number>();
  for (const name of (await readdir(maps)).filter((file) => file.endsWith(".js.map"))) {
    const map = JSON.parse(await readFile(join(maps, name), "utf8"));
    for (const [source, bytes] of bytesBySource(map)) {
      const folder = packageFolder(resolve(root, "dist", source));
      if (folder) bytesOf.set(folder, (bytesOf.get(folder) ?? 0) + bytes);
    }
  }
  if (bytesOf.size === 0) throw new Error(`no source map in ${maps} names an installed package`);
  return [...bytesOf]
    .map(([folder, bytes]) => ({ ...nameAndVersion(folder), bytes }))
    .sort((one, other) => other.bytes - one.bytes);
}

/** Every source with the length of the generated text that comes from it. A minified file is one line. */
function bytesBySource(map: ConstructorParameters<typeof TraceMap>[0]): Map<string, number> {
  const sizes = new Map<string, number>();
  let last: { source: string | null; line: number; column: number } | undefined;
  eachMapping(new TraceMap(map), ({ source, generatedLine, generatedColumn }) => {
    if (last?.source && last.line === generatedLine) {
      const bytes = generatedColumn - last.column;
      sizes.set(last.source, (sizes.get(last.source) ?? 0) + bytes);
    }
    last = { source, line: generatedLine, column: generatedColumn };
  });
  return sizes;
}

/** The nearest folder that has a name and a version; undefined for files that are in no package. */
function packageFolder(file: string): string | undefined {
  if (!file.includes("/node_modules/")) return undefined;
  for (let folder = dirname(file); folder.includes("/node_modules/"); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version) return folder;
  }
  return undefined;
}

function nameAndVersion(folder: string): { readonly name: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version };
}
