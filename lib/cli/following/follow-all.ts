import type { Result, ResultData } from "../../runs/result.ts";
import type { Carrier } from "../carrier.ts";
import { followRun, type RunView } from "./follow-run.ts";
import { createMailbox } from "./mailbox.ts";
import type { RunPlace } from "./run-place.ts";

/** A run that was sent and is to be followed. */
export interface Sent {
  readonly place: RunPlace;
  readonly view: RunView;
  readonly streamsOutput: boolean;
}

interface Options {
  readonly carrier: Pick<Carrier, "results" | "bringsResults">;
  readonly onResult: (result: Result) => void;
  readonly signal: AbortSignal;
}

/** Follows runs to their ends, side by side. Returns how each ended, in order; undefined for those that the signal left behind. */
export async function followAll(
  runs: readonly Sent[],
  { carrier, onResult, signal }: Options,
): Promise<(ResultData | undefined)[]> {
  const mailboxes = new Map(
    runs.map(({ place }) => [place.id, createMailbox(carrier.bringsResults)]),
  );
  const allOver = new AbortController();
  const until = AbortSignal.any([signal, allOver.signal]);
  const delivering = deliver();
  try {
    const following = Promise.all(
      runs.map((run) => followRun({ ...run, mailbox: mailboxOf(run.place.id), signal })),
    );
    return await Promise.race([following, delivering.then(() => following)]);
  } finally {
    allOver.abort();
  }

  async function deliver(): Promise<void> {
    for await (const result of carrier.results(new Set(mailboxes.keys()), until)) {
      onResult(result);
      mailboxes.get(result.subject)?.put(result);
    }
  }

  function mailboxOf(id: string) {
    return mailboxes.get(id) ?? createMailbox(false);
  }
}
