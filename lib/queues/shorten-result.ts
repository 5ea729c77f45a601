import type { Result, ResultData } from "../runs/result.ts";
import { tailBytes } from "../runs/text.ts";
import { toBody } from "./message-body.ts";

/**
 * A result no longer than `maxBytes` as a message body, made so by giving up first what is worth least: the beginning of
 * the output, all of it, the excerpt of the request, its labels, its warnings, all problems but the first, long messages.
 * What identifies the run and says how it ended is never given up: undefined where that alone is too long.
 */
export function shortenResult(result: Result, maxBytes: number): Result | undefined {
  let shorter = result;
  for (const giveUp of [undefined, ...CONCESSIONS]) {
    const excess = Buffer.byteLength(toBody(shorter)) - maxBytes;
    if (excess <= 0) return shorter;
    if (giveUp) shorter = { ...shorter, data: giveUp(shorter.data, excess) };
  }
  return Buffer.byteLength(toBody(shorter)) <= maxBytes ? shorter : undefined;
}

const SHORT = 200; // characters that still say what happened

const CONCESSIONS: readonly ((data: ResultData, excess: number) => ResultData)[] = [
  (data, excess) => withTail(data, cut(data.logs?.tail ?? "", excess)),
  (data) => withTail(data, ""),
  ({ body: _excerpt, ...data }) => data,
  (data) => ({ ...data, labels: {} }),
  (data) => ({ ...data, warnings: [] }),
  (data) => ({ ...data, problems: data.problems.slice(0, 1).map(brief) }),
  (data) => ({ ...data, cause: data.cause && brief(data.cause) }),
];

function withTail(data: ResultData, tail: string): ResultData {
  return data.logs ? { ...data, logs: { tail, truncated: true } } : data;
}

/** The end of a text, shorter by at least so many bytes: no character is shorter in JSON than it is in UTF-8. */
function cut(text: string, bytes: number): string {
  const all = Buffer.from(text, "utf8");
  return Buffer.from(tailBytes(all, Math.max(0, all.length - bytes))).toString();
}

const brief = <T extends { readonly message: string }>(it: T): T => ({
  ...it,
  message: it.message.slice(0, SHORT).toWellFormed(),
});
