import type { OutputPiece } from "../../backend.ts";

const HEADER_BYTES = 8; // stream (1), zeros (3), length (4, big endian): the engine's framing of outputs without a tty
const STDERR = 2;

/** The payloads of a multiplexed stream in their order. A frame may come in many pieces. */
export async function* demultiplex(stream: AsyncIterable<Uint8Array>): AsyncGenerator<OutputPiece> {
  let header = Buffer.alloc(0);
  let frame: OutputPiece["stream"] = "stdout";
  let left = 0;
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left);
        left -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield { stream: frame, bytes };
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) break;
      frame = header[0] === STDERR ? "stderr" : "stdout";
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
}
