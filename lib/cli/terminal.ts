import type { Readable, Writable } from "node:stream";
import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

/** The outside world of a command: its streams and its environment. Tests pass their own. */
export interface Terminal {
  readonly stdin: Readable;
  /** What a command is asked for: nothing else goes there, so that it can be piped. */
  readonly stdout: Writable;
  /** Progress, notes and errors. */
  readonly stderr: Writable;
  readonly env: NodeJS.ProcessEnv;
  /** Directory that relative paths on the command line start from. */
  readonly cwd: string;
}

export const processTerminal = (): Terminal => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});

/** Whether somebody is looking: then progress is worth drawing. */
export function isTerminal(stream: Writable): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}

/** One line of a command's answer. */
export function print({ stdout }: Terminal, line: string): void {
  stdout.write(`${line}\n`);
}

/** One line beside the answer: to stderr. */
export function note({ stderr }: Terminal, line: string): void {
  stderr.write(`${line}\n`);
}

/** Coloured where the stream is a terminal and neither NO_COLOR nor the like speaks against it. */
export function paint(stream: Writable, style: Style, text: string): string {
  return styleText(style, text, { stream: stream as NodeJS.WriteStream });
}
