import { dropSplitSecret, mask } from "./redact.ts";
import type { ResultData } from "./result.ts";
import { cleanText, tailBytes } from "./text.ts";

/**
 * The end of a run's output as a result carries it: at most `maxBytes` of valid text for SQS, whatever bytes came out,
 * the values of secrets masked. Colours inside a secret do not hide it: escapes go first, then secrets, then the cut.
 *
 * @param end the last bytes of the output, some more than `maxBytes` where there are more.
 */
export function outputTail(
  end: Uint8Array,
  maxBytes: number,
  secrets: readonly string[],
): NonNullable<ResultData["logs"]> {
  const truncated = end.length > maxBytes;
  const cleaned = secrets.map(cleanText);
  const text = cleanText(new TextDecoder().decode(end));
  const masked = mask(truncated ? dropSplitSecret(text, cleaned) : text, cleaned);
  const bytes = Buffer.from(masked, "utf8");
  const tail = new TextDecoder().decode(tailBytes(bytes, maxBytes));
  return { tail, truncated: truncated || bytes.length > maxBytes };
}
