import type { Problem } from "../../runs/launch-error.ts";

/** The problems of a request or a configuration, each on its own line. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
}
