import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bundleFunction } from "./bundle.ts";
import { type BundledPackage, packagesIn } from "./bundle-contents.ts";
import {
  duplicateMajors,
  unpinned,
  withOtherLicense,
  withoutIntegrity,
} from "./dependency-rules.ts";

/**
 * Checks package.json, the lock file and both functions' bundles: `npm run dependencies`. With `--weights` it prints what
 * each package weighs in them.
 */
const ROOT = join(import.meta.dirname, "..");

const readJson = (name: string) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));

async function bundledPackages(): Promise<Record<string, BundledPackage[]>> {
  const out = mkdtempSync(join(tmpdir(), "slipway-bundles-"));
  try {
    const found: Record<string, BundledPackage[]> = {};
    for (const name of ["submit", "watch"]) {
      const source = `functions/${name}.ts`;
      await bundleFunction({ root: ROOT, name, source, out: relative(ROOT, out) });
      found[name] = await packagesIn(ROOT, join(out, "maps", name));
    }
    return found;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function licenseOf(path: string): string | undefined {
  const { licenses } = readJson(join(path, "package.json"));
  return licenses?.map(({ type }: { type: string }) => type).join(" OR ");
}

const manifest = readJson("package.json");
const { packages } = readJson("package-lock.json");
const bundles = await bundledPackages();
const problems = [
  ...unpinned(manifest),
  ...withoutIntegrity(packages),
  ...withOtherLicense(packages, licenseOf),
  ...Object.entries(bundles).flatMap(([name, contents]) => duplicateMajors(name, contents)),
];

if (process.argv.includes("--weights"))
  for (const [name, contents] of Object.entries(bundles)) {
    console.log(`\n${name}`);
    for (const { bytes, name, version } of contents)
      console.log(`${String(Math.round(bytes / 100) / 10).padStart(8)} kB  ${name} ${version}`);
  }
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log("Dependencies are pinned, whole, permissively licensed, and once in each bundle.");
