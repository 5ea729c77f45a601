import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, digestOf } from "../../../lib/runs/canonical-json.ts";

test("equal values have equal texts, in whatever order their keys stand", () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe(
    '{"a":"x","b":[{"c":null,"d":1}]}',
  );
});

test("the digest is the same today and tomorrow", () => {
  expect(digestOf({ type: "process" })).toBe(
    "37aa55c55cf9ff8fe731385d5623e974298752297240371f20a077e88d609a58",
  );
});

test("says the same as the value it is made of", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("reversing the keys changes nothing, changing a value does", () => {
  const record = fc.dictionary(fc.string(), fc.integer(), { minKeys: 1, noNullPrototype: true });

  fc.assert(
    fc.property(record, (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      const changed = { ...value, [Object.keys(value)[0] ?? ""]: "other" };

      expect(digestOf(reversed)).toBe(digestOf(value));
      expect(digestOf(changed)).not.toBe(digestOf(value));
    }),
  );
});
