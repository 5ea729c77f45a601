import { createHash } from "node:crypto";
import transliterate from "@sindresorhus/transliterate";

/**
 * A short hash of a run's id: 16 characters of `[a-z2-7]`, 80 bits. It is what makes a name a function of the id, so
 * that the engine itself refuses a second run; equal hashes of different ids are told apart by the full id beside it.
 */
export function hashRunId(id: string): string {
  return base32(createHash("sha256").update(id, "utf8").digest()).slice(0, 16);
}

/**
 * A display name made fit for a DNS label: transliterated to ASCII, lower case, runs of other characters than
 * `[a-z0-9-]` become one `-`, trimmed of `-`, at most `maxLength` characters. Empty where nothing is left.
 */
export function slugify(name: string, maxLength: number): string {
  return trimDashes(
    trimDashes(
      toAscii(name)
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, "-")
        .replace(/-{2,}/g, "-"),
    ).slice(0, maxLength),
  );
}

/** Letters lose their accents, as Prefect's slugs have it: `ö` is `o` there; what has no Latin letters is transliterated. */
export function toAscii(text: string): string {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain.replace(/\P{ASCII}+/gu, (foreign) => transliterate(foreign)); // which would drop `^` and its like
}

const trimDashes = (text: string) => text.replace(/^-+|-+$/g, "");

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
