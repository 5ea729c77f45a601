import { createHash } from "node:crypto";

/**
 * A short hash of a run's id: 16 characters of `[a-z2-7]`, 80 bits. It is what makes a name a function of the id, so
 * that the engine itself refuses a second run; equal hashes of different ids are told apart by the full id beside it.
 */
export function hashRunId(id: string): string {
  return base32(createHash("sha256").update(id, "utf8").digest()).slice(0, 16);
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648, lower case: fits DNS labels and file names

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >> bits) & 31];
    }
  }
  return text;
}
