import { join } from "node:path";
import type * as z from "zod/mini";
import { FILES } from "./layout.ts";
import { type Standing, standingOf } from "./process-identity.ts";
import {
  CancelRecord,
  ClaimRecord,
  EndRecord,
  RequestRecord,
  readRecord,
  SettledRecord,
  StartRecord,
} from "./records.ts";

/** Everything that is known about a run: what its directory says and how its processes stand. */
export interface Facts {
  readonly directory: string;
  readonly request: RequestRecord;
  readonly claim: ClaimRecord | undefined;
  readonly start: StartRecord | undefined;
  readonly cancel: CancelRecord | undefined;
  readonly end: EndRecord | undefined;
  readonly settled: SettledRecord | undefined;
  /** undefined where none has claimed the run. */
  readonly recorder: Standing | undefined;
  /** undefined where none was written down. */
  readonly command: Standing | undefined;
}

/**
 * Reads a run, or says undefined where there is none. A process writes before it goes, so what it wrote is read after
 * seeing it gone: a run without an end whose processes are gone will never have one of its own.
 */
export async function readFacts(directory: string): Promise<Facts | undefined> {
  const request = await readRecord(join(directory, FILES.request), RequestRecord);
  if (!request) return undefined;
  const read = <T>(file: string, schema: z.ZodMiniType<T>) =>
    readRecord(join(directory, file), schema);

  const claim = await read(FILES.claim, ClaimRecord);
  const recorder = claim?.kind === "recorder" ? standingOf(claim.process) : undefined;
  const started = claim && (await read(FILES.start, StartRecord));
  const command = started && standingOf(started.process);
  const [cancel, end, settled] = await Promise.all([
    read(FILES.cancel, CancelRecord),
    claim && read(FILES.end, EndRecord),
    read(FILES.settled, SettledRecord),
  ]);
  const start = started ?? (end && (await read(FILES.start, StartRecord))); // it may have begun and ended since
  return { directory, request, claim, start, cancel, end, settled, recorder, command };
}
