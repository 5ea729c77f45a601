import childProcess from "node:child_process";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/**
 * Loaded before the victim: counts its calls that change something outside, and kills the victim before the one that is
 * one too many. The calls themselves are the real ones.
 */
const { calls } = JSON.parse(process.env.VICTIM ?? "{}") as { calls: number };
let left = calls;

const CHANGING = ["mkdir", "open", "rename", "link", "rm", "writeFile"] as const;

type Call = (...given: never[]) => unknown;

const mortal =
  (call: Call): Call =>
  (...given) => {
    if (left-- <= 0) process.kill(process.pid, "SIGKILL");
    return call(...given);
  };

for (const name of CHANGING) Object.assign(fs, { [name]: mortal(fs[name]) });
childProcess.spawn = mortal(childProcess.spawn) as typeof childProcess.spawn;
syncBuiltinESMExports();
