import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const PLACE = join(ROOT, ".cache/bench-package");

/** The command line as users install it, compiled, with the dependencies of this checkout. */
export function buildPublished(): readonly string[] {
  execFileSync(process.execPath, ["scripts/build-package.ts"], { cwd: ROOT, stdio: "ignore" });
  rmSync(PLACE, { recursive: true, force: true });
  cpSync(join(ROOT, "build/package"), PLACE, { recursive: true });
  return [process.execPath, join(PLACE, "lib/cli/main.js")];
}
