import { LaunchError, unavailable } from "../runs/launch-error.ts";
import type { Result } from "../runs/result.ts";
import type { ResultSink } from "./result-sink.ts";
import { shortenResult } from "./shorten-result.ts";

/** A service that takes results by the batch and answers for each of them. */
export interface BatchService<Entry> {
  /** As errors call it. */
  readonly name: string;
  /** What it takes in one entry, and in all entries of one call, in bytes. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** What it counts of an entry besides the result's own JSON, in bytes at most. */
  readonly overheadBytes: number;
  toEntry(result: Result, index: number): Entry;
  sizeOf(entry: Entry): number;
  /** Sends one batch; of each entry, why it is not out, or undefined where it is. Throws where nothing is known. */
  send(entries: readonly Entry[], signal: AbortSignal): Promise<readonly (string | undefined)[]>;
}

const WITHIN_MS = 15_000;

interface Parcel<Entry> {
  readonly index: number;
  readonly entry: Entry;
}

/** What is too long is shortened rather than kept back, and one entry's failure is nobody else's. */
export function createBatchingResultSink<Entry>(service: BatchService<Entry>): ResultSink {
  return {
    async publish(results, signal) {
      const outcomes: (LaunchError | undefined)[] = results.map(() => undefined);
      const parcels: Parcel<Entry>[] = [];
      results.forEach((result, index) => {
        const fitting = shortenResult(result, service.maxBytes - service.overheadBytes);
        if (fitting) parcels.push({ index, entry: service.toEntry(fitting, index) });
        else outcomes[index] = tooLong(service.name);
      });
      for (const batch of toBatches(service, parcels)) {
        const errors = await sendBatch(service, batch, signal);
        batch.forEach(({ index }, place) => {
          outcomes[index] = errors[place];
        });
      }
      return outcomes;
    },
  };
}

const tooLong = (name: string) =>
  new LaunchError("Invalid", `the result does not fit into what ${name} takes`);

async function sendBatch<Entry>(
  service: BatchService<Entry>,
  batch: readonly Parcel<Entry>[],
  signal: AbortSignal,
): Promise<readonly (LaunchError | undefined)[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
  try {
    const reasons = await service.send(
      batch.map(({ entry }) => entry),
      within,
    );
    return batch.map((_, place) => refusal(service.name, reasons[place]));
  } catch (error) {
    const reason = error instanceof Error ? `${error.message} (${error.name})` : String(error);
    const failure = unavailable(`${service.name} could not publish results: ${reason}`, {
      cause: error,
    });
    return batch.map(() => failure);
  }
}

/** Whatever the reason, the result is published again: its run stays open until it is out. */
function refusal(name: string, reason: string | undefined): LaunchError | undefined {
  if (reason === undefined) return undefined;
  return unavailable(`${name} could not publish a result: ${reason}`);
}

function toBatches<Entry>(
  { maxBytes, maxEntries, sizeOf }: BatchService<Entry>,
  parcels: readonly Parcel<Entry>[],
): Parcel<Entry>[][] {
  const batches: Parcel<Entry>[][] = [];
  let bytes = 0;
  for (const parcel of parcels) {
    const size = sizeOf(parcel.entry);
    const current = batches.at(-1);
    const fits = current && current.length < maxEntries && bytes + size <= maxBytes;
    if (fits) current.push(parcel);
    else batches.push([parcel]);
    bytes = fits ? bytes + size : size;
  }
  return batches;
}
