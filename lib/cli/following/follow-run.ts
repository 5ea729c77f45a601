import { isEnded, type Observation, type ObservedRun } from "../../runs/observation.ts";
import { type ResultData, terminalResult } from "../../runs/result.ts";
import type { Mailbox } from "./mailbox.ts";
import { lookAt, type RunPlace } from "./run-place.ts";
import { type OutputView, streamOutput } from "./stream-output.ts";

/** What is shown of one run while it is followed. */
export interface RunView extends OutputView {
  /** It exists, and is here. */
  started(run: Pick<ObservedRun, "identifier">): void;
  waiting(reason: string): void;
  ended(data: ResultData): Promise<void>;
}

interface FollowOptions {
  readonly place: RunPlace;
  readonly view: RunView;
  /** Its results. */
  readonly mailbox: Mailbox;
  readonly streamsOutput: boolean;
  readonly signal: AbortSignal;
}

/**
 * While results come, the engine is asked about a run only once it is known to be this one (another of the same id may
 * be there); after this long a silence, it is the only one left to ask, in milliseconds.
 */
const SILENCE_MS = 3_000;

/** After its end, its output has so long to be shown to its own end, in milliseconds. */
const OUTPUT_GRACE_MS = 10_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Follows one run to its end, and shows it. Returns how it ended; undefined where the signal aborts first. */
export async function followRun(options: FollowOptions): Promise<ResultData | undefined> {
  const { place, view, mailbox, signal } = options;
  const output = createOutput(options);
  let started = false;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = longer(pauseMs)) {
    const said = mailbox.end();
    const known = said?.state !== "rejected" && isKnown(mailbox);
    const seen = known ? await lookAt(place, signal) : undefined;
    if (seen && !started) view.started(seen.run);
    started ||= seen !== undefined;
    if (seen?.state === "pending" && !said) view.waiting(seen.reason);
    if (seen && hasStarted(seen)) output.begin(seen.run);
    const end = said ?? endOnEngine(seen, mailbox);
    if (end) {
      await output.finish(end);
      await view.ended(end);
      return end;
    }
    await mailbox.news(pauseMs, signal);
  }
  return undefined;
}

const longer = (pauseMs: number) => Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5);

function isKnown(mailbox: Mailbox): boolean {
  return !mailbox.isServed || mailbox.isSubmitted() || mailbox.silentMs() >= SILENCE_MS;
}

function hasStarted(observation: Observation): boolean {
  return observation.state === "running" || (isEnded(observation) && observation.attempts > 0);
}

/** The engine's word counts where no result can come any more: there is no queue, or somebody else's watcher had it. */
function endOnEngine(seen: Observation | undefined, mailbox: Mailbox): ResultData | undefined {
  if (!seen || !isEnded(seen)) return undefined;
  const counts = !mailbox.isServed || (seen.run.settled && mailbox.silentMs() >= SILENCE_MS);
  return counts ? terminalResult(seen, null).data : undefined;
}

/** The output of one run: streamed from when it has started, or at its end what its result holds of it. */
function createOutput({ place, view, streamsOutput, signal }: FollowOptions) {
  const stop = new AbortController();
  let streaming: Promise<boolean> | undefined;
  return {
    begin(run: ObservedRun) {
      if (!streamsOutput) return;
      const until = AbortSignal.any([signal, stop.signal]);
      streaming ??= streamOutput(place.backend, run, view, until);
    },
    async finish({ logs }: ResultData) {
      const timer = setTimeout(() => stop.abort(), OUTPUT_GRACE_MS);
      await streaming;
      clearTimeout(timer);
      if (streaming || !streamsOutput || !logs) return;
      const text = logs.tail.endsWith("\n") ? logs.tail : `${logs.tail}\n`;
      await view.output({ stream: "stdout", bytes: Buffer.from(text) });
    },
  };
}
