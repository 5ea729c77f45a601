import { setTimeout as pause } from "node:timers/promises";
import { LaunchError } from "../../../runs/launch-error.ts";
import type { ObservedRun } from "../../../runs/observation.ts";
import type { OutputOptions, OutputPiece } from "../../backend.ts";
import type { Engine } from "../api/engine.ts";
import type { Container } from "../api/engine-answers.ts";
import { noAnswer } from "../api/no-answer.ts";
import { demultiplex } from "./demultiplex.ts";

type Readable = Pick<Engine, "host" | "inspect" | "logs">;

/** A run's output. Throws `Removed` where it went with its container, `ConfigError` where its log driver cannot be read. */
export async function* output(
  engine: Readable,
  run: ObservedRun,
  { signal, tailBytes, follow = false }: OutputOptions,
): AsyncGenerator<OutputPiece> {
  try {
    const container = await findContainer(engine, run, follow, signal);
    if (tailBytes !== undefined && !follow) yield* tail(engine, container, tailBytes, signal);
    else
      yield* read(
        engine,
        container,
        { follow, lines: tailBytes === undefined ? undefined : linesFor(tailBytes) },
        signal,
      );
  } catch (error) {
    if (follow && signal.aborted) return;
    throw error instanceof LaunchError
      ? error
      : noAnswer(engine.host, "the output broke off", error);
  }
}

const LOOK_MS = 500;

/** Followed output begins when the run does: the engine ends the stream of what has not started. */
async function findContainer(
  engine: Readable,
  run: ObservedRun,
  waits: boolean,
  signal: AbortSignal,
): Promise<Container> {
  for (;;) {
    const container = await engine.inspect(run.uid, signal);
    if (!container) throw new LaunchError("Removed", "its output went with its container");
    const { Status, Error: failure } = container.State;
    if (!waits || Status !== "created" || failure) return container;
    await pause(LOOK_MS, undefined, { signal });
  }
}

async function* read(
  engine: Readable,
  { Id, Config }: Container,
  options: { readonly follow: boolean; readonly lines: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<OutputPiece> {
  const stream: AsyncIterable<Uint8Array> = await engine.logs(Id, options, signal);
  if (Config.Tty) for await (const bytes of stream) yield { stream: "stdout", bytes };
  else yield* demultiplex(stream);
}

/** The engine counts lines, and cuts long ones into pieces that it counts each. */
const PIECE_BYTES = 16_384;
const NEWLINE = 10;
const FIRST_LINES = 256;
const MOST_LINES = 65_536;
const USUAL_LINE_BYTES = 80;

const linesFor = (bytes: number) => Math.max(1, Math.ceil(bytes / USUAL_LINE_BYTES));

/** The last bytes of what is there: more and more lines, until they hold enough or are all there are. */
async function* tail(
  engine: Readable,
  container: Container,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<OutputPiece> {
  if (bytes === 0) return;
  for (let lines = FIRST_LINES; ; lines *= 8) {
    const end = await lastBytes(read(engine, container, { follow: false, lines }, signal), bytes);
    const mostLines = end.newlines + Math.ceil(end.total / PIECE_BYTES) + 1;
    if (mostLines >= lines && end.total < bytes && lines < MOST_LINES) continue;
    yield* end.kept;
    return;
  }
}

async function lastBytes(pieces: AsyncIterable<OutputPiece>, count: number) {
  const kept: OutputPiece[] = [];
  let size = 0;
  let total = 0;
  let newlines = 0;
  for await (const piece of pieces) {
    const { bytes } = piece;
    total += bytes.length;
    newlines += bytes.reduce((sum, byte) => (byte === NEWLINE ? sum + 1 : sum), 0);
    kept.push({ ...piece, bytes: Buffer.from(bytes) }); // not the whole chunk that it is a part of
    size += bytes.length;
    for (let first = kept[0]; first && size > count; first = kept[0]) {
      const excess = Math.min(size - count, first.bytes.length);
      if (excess === first.bytes.length) kept.shift();
      else kept[0] = { ...first, bytes: first.bytes.subarray(excess) };
      size -= excess;
    }
  }
  return { kept, total, newlines };
}
