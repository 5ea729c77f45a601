import { describe, expect, test } from "vitest";
import { applyPatch } from "../../../../lib/backends/kubernetes/manifest/apply-patch.ts";
import { cloneJson } from "../../../../lib/backends/kubernetes/manifest/clone-json.ts";
import type { PatchOperation } from "../../../../lib/runs/infrastructure.ts";
import { refusalOf } from "../../../support/kubernetes-runs.ts";

const patched = (document: unknown, ...operations: PatchOperation[]) =>
  applyPatch(cloneJson(document, ""), operations, "customizations");

const add = (path: string, value: unknown): PatchOperation => ({ op: "add", path, value });

/** So many objects, one inside the other. */
const deep = (levels: number): unknown => (levels === 0 ? {} : { x: deep(levels - 1) });

describe("a patch", () => {
  test.each<[string, unknown, PatchOperation, unknown]>([
    ["adds a member", {}, add("/a", 1), { a: 1 }],
    ["adds null", {}, add("/a", null), { a: null }],
    ["replaces by add what is there", { a: 1 }, add("/a", 2), { a: 2 }],
    ["inserts into a list", { a: [1, 3] }, add("/a/1", 2), { a: [1, 2, 3] }],
    ["appends by index", { a: [1] }, add("/a/1", 2), { a: [1, 2] }],
    ["appends by -", { a: [1] }, add("/a/-", 2), { a: [1, 2] }],
    ["adds under an empty key", {}, add("/", 1), { "": 1 }],
    ["reads ~1 and ~0", { "a/b": { "c~d": 1 } }, add("/a~1b/c~0d", 2), { "a/b": { "c~d": 2 } }],
    ["reads ~01 as ~1", { "~1": 1 }, { op: "remove", path: "/~01" }, {}],
    ["takes a number as a key of an object", { a: {} }, add("/a/01", 1), { a: { "01": 1 } }],
    [
      "takes toString as a key like any other",
      { a: {} },
      add("/a/toString", 1),
      { a: { toString: 1 } },
    ],
    ["replaces", { a: { b: 1 } }, { op: "replace", path: "/a/b", value: [] }, { a: { b: [] } }],
    ["replaces the whole", { a: 1 }, { op: "replace", path: "", value: { b: 2 } }, { b: 2 }],
    ["removes", { a: [1, 2], b: 0 }, { op: "remove", path: "/a/0" }, { a: [2], b: 0 }],
    ["moves", { a: 1 }, { op: "move", from: "/a", path: "/b" }, { b: 1 }],
    ["moves within a list", [1, 2, 3], { op: "move", from: "/0", path: "/2" }, [2, 3, 1]],
    ["moves out to the whole", { a: { b: 1 } }, { op: "move", from: "/a", path: "" }, { b: 1 }],
    ["moves to where it is", { a: 1 }, { op: "move", from: "/a", path: "/a" }, { a: 1 }],
    ["copies", { a: [1] }, { op: "copy", from: "/a", path: "/b" }, { a: [1], b: [1] }],
    [
      "copies the whole into itself",
      { a: 1 },
      { op: "copy", from: "", path: "/b" },
      { a: 1, b: { a: 1 } },
    ],
    ["tests a number", { a: 1 }, { op: "test", path: "/a", value: 1.0 }, { a: 1 }],
    [
      "tests an object in any order",
      { a: { b: 1, c: [2] } },
      { op: "test", path: "/a", value: { c: [2], b: 1 } },
      { a: { b: 1, c: [2] } },
    ],
    ["tests null", { a: null }, { op: "test", path: "/a", value: null }, { a: null }],
  ])("%s", (_title, document, operation, result) => {
    expect(patched(document, operation)).toEqual(result);
  });

  test("applies its operations one after another, and keeps a copy apart from what it was copied from", () => {
    const result = patched(
      { a: { x: 1 } },
      { op: "copy", from: "/a", path: "/b" },
      { op: "replace", path: "/b/x", value: 2 },
    );

    expect(result).toEqual({ a: { x: 1 }, b: { x: 2 } });
  });

  test("leaves its own operations unchanged, so that it can be applied again", () => {
    const operations = [add("/a", { b: [] }), add("/a/b/-", 1)];

    expect([patched({}, ...operations), patched({}, ...operations)]).toEqual([
      { a: { b: [1] } },
      { a: { b: [1] } },
    ]);
  });

  test.each<[string, unknown, PatchOperation, string]>([
    ["adds below nothing", {}, add("/a/b", 1), 'add "/a/b": there is nothing at "/a"'],
    ["adds below a text", { a: "x" }, add("/a/0", 1), 'add "/a/0": what is at "/a" is neither'],
    ["adds beyond a list's end", { a: [1] }, add("/a/2", 1), 'a list of 1 has no place "2"'],
    ["writes an index with a zero before", { a: [1, 2] }, add("/a/01", 1), 'no place "01"'],
    ["writes an index as 1e3", { a: [1] }, add("/a/1e0", 1), 'no place "1e0"'],
    ["writes an index below zero", { a: [1] }, add("/a/-1", 1), 'no place "-1"'],
    ["writes an index that wraps around", { a: [1] }, add("/a/4294967296", 1), "no place"],
    ["names a property of lists", { a: [1] }, add("/a/length", 0), 'no place "length"'],
    ["gives no value", {}, add("/a", undefined), "it needs a value"],
    ["replaces nothing", {}, { op: "replace", path: "/a", value: 1 }, "there is nothing at"],
    ["replaces past the end", [1], { op: "replace", path: "/-", value: 1 }, "there is nothing at"],
    [
      "replaces without a value",
      { a: 1 },
      { op: "replace", path: "/a", value: undefined },
      "it needs a value",
    ],
    ["removes nothing", {}, { op: "remove", path: "/metadata/finalizers" }, "there is nothing at"],
    [
      "removes what only a prototype has",
      {},
      { op: "remove", path: "/toString" },
      "there is nothing at",
    ],
    ["removes the whole", {}, { op: "remove", path: "" }, "the whole manifest cannot be removed"],
    [
      "tests another value",
      { a: 1 },
      { op: "test", path: "/a", value: "1" },
      'test "/a": the value there is another one',
    ],
    ["tests nothing", {}, { op: "test", path: "/a", value: null }, "there is nothing at"],
    [
      "moves from nothing",
      {},
      { op: "move", from: "/a", path: "/b" },
      'move "/b": there is nothing at "/a"',
    ],
    [
      "moves into its own child",
      { a: { b: 1 } },
      { op: "move", from: "/a", path: "/a/b/c" },
      "cannot be moved into itself",
    ],
    [
      "moves the whole into itself",
      { a: 1 },
      { op: "move", from: "", path: "/a" },
      "cannot be moved into itself",
    ],
    [
      "moves beyond the shortened list",
      [1, 2],
      { op: "move", from: "/0", path: "/2" },
      'a list of 1 has no place "2"',
    ],
    [
      "copies from nothing",
      {},
      { op: "copy", from: "/a/b", path: "/c" },
      'there is nothing at "/a/b"',
    ],
    [
      "copies a list's length",
      { a: [1] },
      { op: "copy", from: "/a/length", path: "/b" },
      "there is nothing at",
    ],
    ["reaches for a prototype", {}, add("/__proto__/polluted", 1), "there is nothing at"],
    ["replaces a prototype", {}, add("/__proto__", { polluted: 1 }), "may not be named"],
    [
      "reaches for a constructor",
      {},
      add("/constructor/prototype/polluted", 1),
      "there is nothing at",
    ],
    [
      "builds a constructor",
      { constructor: {} },
      add("/constructor/prototype", 1),
      "may not be named",
    ],
    [
      "brings a prototype along",
      {},
      add("/a", JSON.parse('{"b":{"__proto__":{"c":1}}}')),
      "may not have a key `__proto__`",
    ],
  ])("that %s is refused", (_title, document, operation, message) => {
    const refusal = refusalOf(() => patched(document, operation));

    expect(refusal).toMatchObject({ code: "Invalid", retryable: false });
    expect(refusal.message).toContain(message);
    expect({}).not.toHaveProperty("polluted");
  });

  test("names its first operation that fails, and shows no value", () => {
    const refusal = refusalOf(() =>
      patched(
        { a: "s3cret" },
        add("/b", 1),
        { op: "test", path: "/a", value: "0ther" },
        add("/x/y", 1),
      ),
    );

    expect(refusal.problems).toEqual([
      { path: "customizations[1]", message: 'test "/a": the value there is another one' },
    ]);
  });

  test("cannot double a manifest until nothing is left of the memory", () => {
    const bomb = Array.from(
      { length: 30 },
      (_item, index): PatchOperation => ({ op: "copy", from: "", path: `/copy${index}` }),
    );

    const refusal = refusalOf(() => patched({ a: "x".repeat(1_000) }, ...bomb));

    expect(refusal.message).toMatch(/the copies make the manifest too large/);
  });

  test.each<[string, PatchOperation[]]>([
    [
      "copies of itself",
      Array.from({ length: 200 }, () => ({ op: "copy", from: "", path: "/a" }) as const),
    ],
    ["values at deep places", [add("/a", deep(60)), add(`/a${"/x".repeat(60)}/y`, deep(60))]],
  ])("cannot nest a manifest deeper than anybody can read it by %s", (_title, operations) => {
    expect(refusalOf(() => patched({ b: 1 }, ...operations)).message).toMatch(
      /deeper than 100 levels/,
    );
  });

  test("of a thousand operations on a large manifest takes no time to speak of", () => {
    const document = { a: Array.from({ length: 5_000 }, (_item, index) => ({ index })) };
    const moves = Array.from(
      { length: 1_000 },
      (): PatchOperation => ({ op: "move", from: "/a/0", path: "/a/-" }),
    );

    expect(patched(document, ...moves)).toHaveProperty("a.length", 5_000);
  });
});
