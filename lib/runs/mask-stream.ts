import { REDACTED, secretForms } from "./redact.ts";

/** Masks secrets in bytes as they come. Everything else passes unchanged, text or not. */
export interface StreamMasker {
  /** What may be shown now. The end of it is kept back where a secret may have begun there. */
  push(bytes: Uint8Array): Uint8Array;
  /**
   * What may be shown although nothing has followed for a while: an end that is too short to be told from chance. If a
   * secret has begun there after all, the rest of it is masked.
   */
  pause(): Uint8Array;
  /** What is left, which is no whole secret. */
  end(): Uint8Array;
}

/** So many bytes of a secret may be shown while it is not known to be one. */
const MOST_SHOWN = 3;

interface Span {
  readonly from: number;
  readonly to: number;
}

export function createStreamMasker(secrets: readonly string[]): StreamMasker {
  const forms = secretForms(secrets).map((form) => Buffer.from(form, "utf8"));
  /** The last bytes that came: `shown` of them are out already, as they are or masked. */
  let pending = Buffer.alloc(0);
  let shown = 0;
  /** Up to where a mask stands for what is out. */
  let maskedTo = 0;

  /** Shows what comes before `limit`; what overlaps is one secret, with one mask. */
  function showTo(limit: number): Uint8Array {
    const out: Uint8Array[] = [];
    for (const { from, to } of spansOf(pending, forms)) {
      if (from >= limit || to <= shown) continue;
      if (from > shown) out.push(pending.subarray(shown, from));
      if (from >= maskedTo) out.push(MASK);
      shown = to;
      maskedTo = to;
    }
    if (limit > shown) out.push(pending.subarray(shown, limit));
    shown = Math.max(shown, limit);
    return Buffer.concat(out);
  }

  function push(bytes: Uint8Array): Uint8Array {
    pending = Buffer.concat([pending, bytes]);
    const begun = beginningOf(pending, forms);
    const out = showTo(begun);
    const kept = Math.min(begun, shown);
    pending = pending.subarray(kept);
    shown -= kept;
    maskedTo = Math.max(0, maskedTo - kept);
    return out;
  }

  return {
    push: forms.length === 0 ? (bytes) => bytes : push,
    pause: () => (pending.length <= MOST_SHOWN ? showTo(pending.length) : NOTHING),
    end: () => showTo(pending.length),
  };
}

const MASK = Buffer.from(REDACTED);
const NOTHING = new Uint8Array();

/** Where secrets stand, in order, those that overlap as one. */
function spansOf(bytes: Buffer, forms: readonly Buffer[]): Span[] {
  const found = forms.flatMap((form) => {
    const spans: Span[] = [];
    for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1))
      spans.push({ from: at, to: at + form.length });
    return spans;
  });
  const joined: Span[] = [];
  for (const span of found.sort((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last && span.from < last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else joined.push(span);
  }
  return joined;
}

/** Where the longest end starts that is the beginning of a secret; the length where none is. */
function beginningOf(bytes: Buffer, forms: readonly Buffer[]): number {
  return Math.min(...forms.map((form) => bytes.length - overlap(bytes, form)), bytes.length);
}

function overlap(bytes: Buffer, form: Buffer): number {
  for (let length = Math.min(form.length - 1, bytes.length); length > 0; length--)
    if (bytes.subarray(-length).equals(form.subarray(0, length))) return length;
  return 0;
}
