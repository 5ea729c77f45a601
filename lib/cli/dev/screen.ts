import { createLogUpdate } from "log-update";
import type { Result } from "../../runs/result.ts";
import { STATE_LOOKS } from "../output/describe-result.ts";
import { problemLines } from "../output/problem-lines.ts";
import { type PullListener, pullNote } from "../output/pulls.ts";
import { type Row, runsTable } from "../output/runs-table.ts";
import { isTerminal, note, paint, print, type Style, type Terminal } from "../terminal.ts";

/** Where `slipway dev` shows what happens. */
export interface Screen {
  /** Something about the whole. */
  say(line: string): void;
  log(line: string): void;
  output(label: string, line: string): void;
  changed(row: Row): void;
  readonly pulling: PullListener;
  published(result: Result): void;
  close(): void;
}

interface Options {
  readonly json: boolean;
  /** The rows that the table is to show. */
  readonly rows: (count: number) => readonly Row[];
}

/** JSON lines, a table that keeps itself up to date where somebody is looking, else a line for each change. */
export function createScreen(terminal: Terminal, options: Options): Screen {
  if (options.json) return jsonScreen(terminal);
  return isTerminal(terminal.stdout) ? liveScreen(terminal, options.rows) : plainScreen(terminal);
}

function jsonScreen(terminal: Terminal): Screen {
  return {
    say: (line) => note(terminal, line),
    log: (line) => note(terminal, line),
    output: (label, line) => note(terminal, `${label} | ${line}`),
    changed: () => undefined,
    pulling: () => undefined,
    published: (result) => print(terminal, JSON.stringify(result)),
    close: () => undefined,
  };
}

function plainScreen(terminal: Terminal): Screen {
  return {
    say: (line) => print(terminal, line),
    log: (line) => note(terminal, line),
    output: (label, line) => print(terminal, `${label} | ${line}`),
    changed: ({ id, state, status_code: code, cause, identifier }) => {
      const facts = [code === null ? null : `code ${code}`, cause, identifier].filter(Boolean);
      print(terminal, `${new Date().toISOString()} ${id} ${state} ${facts.join(" ")}`.trimEnd());
    },
    pulling(progress) {
      const line = pullNote(progress);
      if (line !== undefined) note(terminal, line);
    },
    published: () => undefined,
    close: () => undefined,
  };
}

const REDRAW_MS = 100;
/** Lines of the terminal that the table leaves to what is above it. */
const ABOVE = 8;

function liveScreen(terminal: Terminal, rows: Options["rows"]): Screen {
  const { stdout } = terminal;
  const update = createLogUpdate(stdout, { showCursor: true });
  const colour = (style: Style, text: string) => paint(stdout, style, text);
  let timer: NodeJS.Timeout | undefined;
  let pulls: readonly string[] = [];
  const draw = () => {
    timer = undefined;
    const height = "rows" in stdout ? Number(stdout.rows) : 24;
    const table = runsTable(rows(Math.max(1, height - ABOVE - pulls.length)), colour);
    update(["", table, ...pulls].join("\n"));
  };
  const redraw = () => {
    timer ??= setTimeout(draw, REDRAW_MS);
  };
  const above = (line: string) => {
    update.persist(line);
    redraw();
  };
  return {
    say: above,
    log: above,
    output: (label, line) => above(`${colour("dim", `${label} |`)} ${line}`),
    changed: redraw,
    pulling(_progress, lines) {
      pulls = lines;
      redraw();
    },
    published: ({ data: { state, id, problems } }) => {
      if (state !== "rejected") return;
      const why = problemLines(problems).join("; ");
      above(`${colour("red", STATE_LOOKS.rejected.sign)} ${id} ${why}`);
    },
    close() {
      clearTimeout(timer);
      draw();
      update.done();
    },
  };
}
