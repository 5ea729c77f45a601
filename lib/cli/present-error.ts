import { inspect } from "node:util";
import { LaunchError } from "../runs/launch-error.ts";
import { cleanText } from "../runs/text.ts";
import { EXIT, exitCodeOfError } from "./exit-codes.ts";
import { machineTrouble } from "./machine-trouble.ts";
import { problemLines } from "./output/problem-lines.ts";
import { UsageError } from "./usage-error.ts";

export interface Presented {
  readonly exitCode: number;
  /** What went wrong, one line or the problems one by one. */
  readonly lines: readonly string[];
  /** What to do about it; empty where nothing useful can be said. */
  readonly hint: string;
}

/** An error as a person wants to read it. */
export function presentError(error: unknown): Presented {
  if (error instanceof UsageError)
    return { exitCode: error.exitCode, lines: [error.message], hint: error.hint };
  if (error instanceof LaunchError)
    return { exitCode: exitCodeOfError(error), lines: linesOf(error), hint: error.hint };
  const trouble = machineTrouble(error);
  if (trouble)
    return { exitCode: EXIT.machine, lines: [cleanText(trouble.message)], hint: trouble.hint };
  return {
    exitCode: EXIT.crashed,
    lines: [error instanceof Error ? error.message : inspect(error)],
    hint: "This is a defect of Slipway. Run it again with --debug and report what it says.",
  };
}

function linesOf({ message, problems }: LaunchError): string[] {
  const lines =
    problems.length < 2
      ? [message]
      : [`${problems.length} problems:`, ...problemLines(problems).map((line) => `  ${line}`)];
  return lines.map(cleanText);
}
