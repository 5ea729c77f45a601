import type { OutputPiece, OutputStream } from "../../backends/backend.ts";
import { createStreamMasker, type StreamMasker } from "../../runs/mask-stream.ts";
import { PAUSE, withPauses } from "./with-pauses.ts";

/** So long after its last byte a line without an end is shown, in milliseconds: prompts and progress bars are such lines. */
const QUIET_MS = 100;

/** A run's output as it comes, secrets masked and every other byte as it is; a PAUSE where nothing has come for a moment. */
export async function* maskedOutput(
  output: AsyncIterable<OutputPiece>,
  secrets: readonly string[],
): AsyncGenerator<OutputPiece | typeof PAUSE> {
  const maskers: Record<OutputStream, StreamMasker> = {
    stdout: createStreamMasker(secrets),
    stderr: createStreamMasker(secrets),
  };
  for await (const piece of withPauses(output, QUIET_MS)) {
    if (piece !== PAUSE) {
      yield* some(piece.stream, maskers[piece.stream].push(piece.bytes));
      continue;
    }
    for (const stream of STREAMS) yield* some(stream, maskers[stream].pause());
    yield PAUSE;
  }
  for (const stream of STREAMS) yield* some(stream, maskers[stream].end());
}

const STREAMS = ["stdout", "stderr"] as const;

const some = (stream: OutputStream, bytes: Uint8Array): OutputPiece[] =>
  bytes.length > 0 ? [{ stream, bytes }] : [];
