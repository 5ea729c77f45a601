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

/** Where the first word ends that names a secret, or an environment. */
function endOfHarmless(text: string): number {
  for (const { 0: word, index } of text.matchAll(/[\w-]+/g))
    if (word === "env" || isSecretName(word)) return index + word.length;
  return text.length;
}
