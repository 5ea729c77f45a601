import * as fc from "fast-check";
import { expect, test } from "vitest";
import { outermostString } from "../../../lib/runs/json-scan.ts";

test.each([
  ['{"id":"a"}', "a"],
  ['{"id":"a","infrastructure":{"ty', "a"],
  ['{"infrastructure":{"id":"inner"},"id":"a"}', "a"],
  ['{"list":["id","x"],"id":"a"}', "a"],
  ['{"x":"id","id":"a"}', "a"],
  ['{"id":"a","id":"a"}', "a"],
  ['{"i\\u0064":"\\u0061"}', "a"],
  ['{"id":"a","id":"b"}', undefined],
  ['{"infrastructure":{"id":"inner"}}', undefined],
  ['[{"id":"a"}]', undefined],
  ['["id","a"]', undefined],
  ['{"id":5}', undefined],
  ['{"id":"cut o', undefined],
  ["", undefined],
  ["no JSON", undefined],
])("the outermost id of %j is %j", (text, id) => {
  expect(outermostString(text, "id")).toBe(id);
});

test("finds the id of any object that has one", () => {
  const member = fc.record({ id: fc.string(), rest: fc.jsonValue() });

  fc.assert(
    fc.property(member, ({ id, rest }) => {
      expect(outermostString(JSON.stringify({ rest, id }), "id")).toBe(
        JSON.parse(JSON.stringify(id)),
      );
    }),
  );
});

test("never throws on any text", () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[],:"\\id a') });

  fc.assert(
    fc.property(text, (broken) => {
      outermostString(broken, "id");
    }),
  );
});
