import type { RunView } from "../following/follow-run.ts";
import { paint, print, type Style, type Terminal } from "../terminal.ts";
import { describeEnd, explainEnd, STATE_LOOKS } from "./describe-result.ts";
import { createLineOutput } from "./run-output.ts";

const LABEL_WIDTH = 15;

/** One run of the demonstration: everything that happens to it, line by line, on stdout. */
export function createDemoView(terminal: Terminal, label: string): RunView & { sent(): void } {
  const say = (sign: string, style: Style, text: string) =>
    print(terminal, `${paint(terminal.stdout, style, sign)} ${label.padEnd(LABEL_WIDTH)} ${text}`);
  const lines = createLineOutput(async (line) => say("│", "dim", String(line)));
  return {
    sent: () => say("→", "dim", "sent to the requests queue"),
    started: ({ identifier }) =>
      say(STATE_LOOKS.submitted.sign, "cyan", `started as ${identifier}`),
    waiting: (reason) => say("·", "dim", `waiting: ${reason}`),
    output: lines.output,
    quiet: lines.quiet,
    async ended(data) {
      await lines.end();
      const { sign, style } = STATE_LOOKS[data.state];
      say(sign, style, paint(terminal.stdout, style, describeEnd(data)));
      for (const line of explainEnd(data)) say(" ", "dim", paint(terminal.stdout, "dim", line));
    },
  };
}
