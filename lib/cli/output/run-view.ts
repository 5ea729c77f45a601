import yoctoSpinner from "yocto-spinner";
import type { ResultData } from "../../runs/result.ts";
import type { RunView } from "../following/follow-run.ts";
import { isTerminal, note, paint, type Terminal } from "../terminal.ts";
import { describeEnd, explainEnd, STATE_LOOKS } from "./describe-result.ts";
import { type PullListener, pullNote } from "./pulls.ts";
import { createLabelledOutput, createPlainOutput } from "./run-output.ts";

export interface ViewOptions {
  readonly json: boolean;
  /** What tells this run from the others on the screen; empty where it is alone. */
  readonly label: string;
}

const STARTING = "starting …";

/**
 * One run on the terminal: its output on the stream that it chose (on stderr beside JSON), everything else on stderr; how
 * it goes on only where somebody is looking, how it ended also elsewhere unless it completed.
 */
export function createRunView(
  terminal: Terminal,
  { json, label }: ViewOptions,
): RunView & { readonly pulling: PullListener } {
  const { stderr } = terminal;
  const watched = isTerminal(stderr);
  const spinner =
    watched && !label ? yoctoSpinner({ stream: stderr, handleSignals: false }) : undefined;
  const stdout = json ? stderr : terminal.stdout;
  const output = label
    ? createLabelledOutput({ stdout, stderr }, `${paint(stdout, "dim", `${label} |`)} `)
    : createPlainOutput({ stdout, stderr });
  spinner?.start(STARTING);
  return {
    pulling(progress, lines) {
      if (spinner) spinner.text = lines.join("\n") || STARTING;
      const line = spinner || json ? undefined : pullNote(progress);
      if (line !== undefined) note(terminal, line);
    },
    started({ identifier }) {
      if (spinner) spinner.text = `running as ${identifier}`;
    },
    waiting(reason) {
      if (spinner) spinner.text = `waiting: ${reason}`;
    },
    async output(piece) {
      spinner?.stop();
      await output.output(piece);
    },
    quiet: output.quiet,
    async ended(data) {
      spinner?.stop();
      await output.end();
      if (watched || data.state !== "completed") noteEnd(terminal, data, label);
    },
  };
}

function noteEnd(terminal: Terminal, data: ResultData, label: string): void {
  const { sign, style } = STATE_LOOKS[data.state];
  const who = label ? `${label}: ` : "";
  note(terminal, `${paint(terminal.stderr, style, sign)} ${who}${describeEnd(data)}`);
  for (const line of explainEnd(data)) note(terminal, `  ${paint(terminal.stderr, "dim", line)}`);
}
