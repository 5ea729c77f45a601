import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createStreamMasker } from "../../../lib/runs/mask-stream.ts";

const concat = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);

function masked(secrets: readonly string[], chunks: readonly (string | Uint8Array)[]): Buffer {
  const masker = createStreamMasker(secrets);
  return concat([...chunks.map((chunk) => masker.push(Buffer.from(chunk))), masker.end()]);
}

/** A text cut into pieces of the given sizes, over and over. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

describe("masking bytes as they come", () => {
  test.each([
    [["hunter2"], ["a hunter2 b"], "a [redacted] b"],
    [["hunter2"], ["a hun", "ter2 b"], "a [redacted] b"],
    [["hunter2"], ["h", "u", "n", "t", "e", "r", "2"], "[redacted]"],
    [["hunter2"], ["hunter", "s"], "hunters"],
    [["hunter2"], ["hunter"], "hunter"],
    [["hunter2"], ["hunter2hunter2"], "[redacted][redacted]"],
    [["abcd", "bcdefgh"], ["xabc", "defghx"], "x[redacted]x"],
    [["aaaa"], ["aaa", "aaa", "aaa", "b"], "[redacted]b"],
    [["two\nlines of it"], ["say two\nli", "nes of it!"], "say [redacted]!"],
    [["pässwort"], ["p\u00e4sswort"], "[redacted]"],
    [["abc"], ["abc"], "abc"],
  ])("of %j in %j gives %j", (secrets, chunks, expected) => {
    expect(String(masked(secrets, chunks))).toBe(expected);
  });

  test("finds a secret whose characters two pieces share", () => {
    const bytes = Buffer.from("x pässwort y");

    expect(String(masked(["pässwort"], [bytes.subarray(0, 4), bytes.subarray(4)]))).toBe(
      "x [redacted] y",
    );
  });

  test("leaves every other byte as it is, however they are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array(), sizes, (bytes, lengths) => {
        const whole = Buffer.from(bytes);

        expect(masked(["a secret that is not there"], cut(whole, lengths))).toEqual(whole);
      }),
    );
  });

  test("gives the same however the bytes are cut, and shows no secret", () => {
    const words = fc.constantFrom("hunter2", "hunt", "er2hun", "hunter22", " ", "h", "\n", "r2");

    fc.assert(
      fc.property(fc.array(words), sizes, (parts, lengths) => {
        const secrets = ["hunter2", "er2hun"];
        const text = Buffer.from(parts.join(""));

        const cutUp = String(masked(secrets, cut(text, lengths)));

        expect(cutUp).toBe(String(masked(secrets, [text])));
        for (const secret of secrets) expect(cutUp).not.toContain(secret);
      }),
      { numRuns: 1_000 },
    );
  });

  test("keeps back no more than what may be the beginning of a secret", () => {
    const masker = createStreamMasker(["hunter2"]);

    expect(String(masker.push(Buffer.from("50 %\r")))).toBe("50 %\r");
    expect(String(masker.push(Buffer.from("a hun")))).toBe("a ");
    expect(String(masker.push(Buffer.from("d")))).toBe("hund");
  });

  test("shows after a pause what is too short to be told from chance, and masks the rest of it", () => {
    const masker = createStreamMasker(["hunter2"]);

    expect(String(masker.push(Buffer.from("path")))).toBe("pat");
    expect(String(masker.pause())).toBe("h");
    expect(String(masker.pause())).toBe("");
    expect(String(masker.push(Buffer.from("unter2!")))).toBe("[redacted]!");
  });

  test("shows no longer beginning of a secret, whatever the pause", () => {
    const masker = createStreamMasker(["hunter2"]);

    expect(String(masker.push(Buffer.from("hunt")))).toBe("");
    expect(String(masker.pause())).toBe("");
    expect(String(masker.push(Buffer.from("er2")))).toBe("[redacted]");
  });
});
