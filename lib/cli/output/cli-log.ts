import { inspect } from "node:util";
import { cleanText } from "../../runs/text.ts";
import type { Log } from "../../usecases/dependencies.ts";
import { paint, type Terminal } from "../terminal.ts";

export type Level = "debug" | "info" | "warn" | "error";
const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];
const STYLES = { debug: "dim", info: "cyan", warn: "yellow", error: "red" } as const;

/** What the use cases log, for people: from a level on, on stderr unless told otherwise. */
export function createCliLog(
  terminal: Pick<Terminal, "stderr">,
  from: Level,
  put: (line: string) => void = (line) => terminal.stderr.write(`${line}\n`),
): Log {
  const write =
    (level: Level) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(from)) return;
      const said = Object.entries(fields).map(([name, value]) => `${name}=${show(value, from)}`);
      const head = paint(terminal.stderr, STYLES[level], level.padEnd(5));
      put(`${head} ${cleanText([message, ...said].join(" "))}`);
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Errors in full only where somebody asked for everything. */
function show(value: unknown, from: Level): string {
  if (value instanceof Error && from !== "debug") return value.message;
  if (typeof value === "string") return /\s/.test(value) ? JSON.stringify(value) : value;
  return value instanceof Error ? inspect(value) : JSON.stringify(value);
}
