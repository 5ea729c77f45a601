const NEWLINE = 0x0a;
const SPACE = 0x20;

export interface TimestampFilter {
  /** The bytes of the lines that are new, without the timestamps before them. */
  push(chunk: Buffer): Buffer[];
  /** The timestamp of the last line that was passed on; undefined before the first. */
  readonly last: string | undefined;
}

/**
 * Takes the timestamps off a log's lines, which the kubelet puts before each, and drops the lines up to the one that was
 * read last: so a log whose stream broke off is gone on with, and no line comes twice. Bytes stay bytes.
 */
export function createTimestampFilter(after?: string): TimestampFilter {
  let last = after;
  let head: Buffer | undefined = Buffer.alloc(0); // what there is of a line's timestamp; undefined within a line's text
  let isNew = true;
  return {
    get last() {
      return last;
    },
    push(chunk) {
      const out: Buffer[] = [];
      let rest = chunk;
      while (rest.length > 0) {
        const end = rest.indexOf(head === undefined ? NEWLINE : SPACE);
        const piece = end < 0 ? rest : rest.subarray(0, end + 1);
        rest = rest.subarray(piece.length);
        if (head === undefined) {
          if (isNew) out.push(piece);
          if (end >= 0) head = Buffer.alloc(0);
          continue;
        }
        head = Buffer.concat([head, piece]);
        if (end < 0) continue;
        const timestamp = head.toString("latin1").trim();
        isNew = after === undefined || timestamp > after;
        if (isNew) last = timestamp;
        head = undefined;
      }
      return out;
    },
  };
}
