/**
 * What SQS accepts in a body: #x9 | #xA | #xD | #x20–#xD7FF | #xE000–#xFFFD | #x10000–#x10FFFF. JSON.stringify escapes
 * control characters and lone surrogates but not U+FFFE and U+FFFF, and one such character makes a result unpublishable.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_ALLOWED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\uFFFE\uFFFF]/g;

/**
 * Terminal sequences (colours, titles, links): ECMA-48 CSI, OSC and two-character escapes. One that is never closed ends
 * with its line, so that it hides no more than that.
 */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\r\n]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

/** Text that SQS, logs and terminals take as it stands: no escapes, no control characters but tab and line ends, well-formed. */
export function cleanText(text: string): string {
  return text.replace(ESCAPES, "").replace(NOT_ALLOWED, "\uFFFD").toWellFormed();
}

/** At most so many characters, the last of them `…` where something was left out. */
export function cutText(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters
    ? text
    : `${text.slice(0, maxCharacters - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** The beginning of a text, at most so many bytes of UTF-8, never cutting a character in two. */
export function headBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  let end = Math.min(maxBytes, bytes.length);
  while (end < bytes.length && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/** The last `maxBytes` of UTF-8 text, never cutting a character in two. */
export function tailBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  let start = bytes.length - maxBytes;
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}
