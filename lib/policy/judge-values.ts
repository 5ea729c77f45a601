import { posix } from "node:path";
import { matches } from "./glob.ts";

/** What was expected, where something is not allowed; undefined where it is. */
export type Verdict = string | undefined;

/** One of a list of patterns; anything where there is no list. */
export function oneOf(patterns: readonly string[] | undefined, value: unknown): Verdict {
  if (!patterns || (typeof value === "string" && matches(patterns, value))) return undefined;
  return patterns.length === 0 ? "none" : `one of ${patterns.join(", ")}`;
}

/** Below one of the directories, as it is written: a path with `..` in it is below none. */
export function below(directories: readonly string[], path: unknown): Verdict {
  const expected = directories.length === 0 ? "none" : `a path below ${directories.join(", ")}`;
  if (typeof path !== "string" || path.split("/").includes("..")) return expected;
  const plain = posix.normalize(path).replace(/(?<=.)\/$/, "");
  const isBelow = directories.some((directory) => {
    const base = posix.normalize(directory).replace(/\/$/, "");
    return plain === base || plain.startsWith(`${base}/`);
  });
  return path.startsWith("/") && isBelow ? undefined : expected;
}

/** A number that is stated and not above the ceiling; anything where there is no ceiling. */
export function atMost(ceiling: number | undefined, value: unknown): Verdict {
  if (ceiling === undefined) return undefined;
  return typeof value === "number" && value <= ceiling
    ? undefined
    : `a limit of at most ${ceiling}`;
}
