import { looksRandom } from "./quote.ts";
import { isSecretName, maskCredentials, REDACTED } from "./redact.ts";
import { cleanText, headBytes } from "./text.ts";

const EXCERPT_BYTES = 1_024;

/**
 * The beginning of a message body that nobody could read, for its sender to recognise it by. It ends before the first
 * thing that may be a secret: what is no JSON cannot be masked value by value.
 */
export function excerptOf(body: string): string {
  const start = cleanText(body.slice(0, 2 * EXCERPT_BYTES));
  const end = endOfHarmless(start);
  const shown = maskCredentials(start.slice(0, end));
  return headBytes(end < start.length ? `${shown}${REDACTED}` : shown, EXCERPT_BYTES);
}

/** Below these anything may be a secret, in base64 as well. */
const NAMES: ReadonlySet<string> = new Set(["env", "command", "data_base64"]);

/** `user:password@`; the scheme that may stand before it makes it a credential that is masked alone. */
const USER_AND_PASSWORD = /(?<![\w.:/-])[\w.-]{1,128}:(?=[^\s/@:"']{1,512}@)/;

/** Where the first word ends that names a secret, or begins that is one. */
function endOfHarmless(text: string): number {
  const user = USER_AND_PASSWORD.exec(text);
  const ends = user ? [user.index + user[0].length] : [];
  for (const { 0: word, index } of text.matchAll(/[\w-]+/g)) {
    if (NAMES.has(word) || isSecretName(word)) return Math.min(index + word.length, ...ends);
    if (looksRandom(word)) return Math.min(index, ...ends);
  }
  return Math.min(text.length, ...ends);
}
