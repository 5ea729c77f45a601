import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldTree, placesOutside } from "../../../lib/policy/field-tree.ts";
import { matches } from "../../../lib/policy/glob.ts";
import { below } from "../../../lib/policy/judge-values.ts";
import { parseQuantity } from "../../../lib/policy/quantity.ts";
import { kindOfHost } from "../../../lib/policy/special-hosts.ts";

describe("a pattern", () => {
  test.each([
    ["ghcr.io/acme/*", "ghcr.io/acme/etl", true],
    ["ghcr.io/acme/*", "ghcr.io/acme/team/etl", false],
    ["ghcr.io/acme/**", "ghcr.io/acme/team/etl", true],
    ["ghcr.io/acme/*", "ghcr.io/acme-evil/etl", false],
    ["ghcr.io/acme/*", "ghcrXio/acme/etl", false],
    ["a?c", "abc", true],
    ["a[b]c", "abc", false],
    ["a", "a\n", false],
    ["**", "a\nb", true],
    ["", "a", false],
  ])("%j fits %j: %j", (pattern, text, fits) => {
    expect(matches([pattern], text)).toBe(fits);
  });

  test("without wild characters fits itself and nothing else", () => {
    const plain = fc.string().filter((text) => !/[*?]/.test(text));

    fc.assert(
      fc.property(plain, plain, (pattern, text) => {
        expect(matches([pattern], text)).toBe(pattern === text);
      }),
    );
  });
});

describe("a host", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["127.1", "loopback"],
    ["2130706433", "loopback"],
    ["0x7f.1", "loopback"],
    ["017700000001", "loopback"],
    ["localhost", "loopback"],
    ["LOCALHOST.", "loopback"],
    ["a.localhost:5000", "loopback"],
    ["[::1]:5000", "loopback"],
    ["[::ffff:127.0.0.1]", "loopback"],
    ["0.0.0.0", "loopback"],
    ["[::]", "loopback"],
    ["169.254.169.254:80", "link-local"],
    ["2852039166", "link-local"],
    ["0xa9fea9fe", "link-local"],
    ["169.254.43518", "link-local"],
    ["[::ffff:169.254.169.254]", "link-local"],
    ["[::ffff:a9fe:a9fe]", "link-local"],
    ["[fd00:ec2::254]", "link-local"],
    ["[fe80::1]", "link-local"],
    ["100.100.100.200", "link-local"],
    ["metadata.google.internal", "link-local"],
    ["instance-data", "link-local"],
    ["10.0.0.1", "ordinary"],
    ["registry.example.com:5000", "ordinary"],
    ["docker.io", "ordinary"],
    ["notlocalhost", "ordinary"],
    ["", undefined],
    ["a b", undefined],
    ["a@b", undefined],
    ["a/b", undefined],
  ])("%j is %j", (host, kind) => {
    expect(kindOfHost(host)).toBe(kind);
  });
});

test.each([
  ["500m", 0.5],
  ["2", 2],
  [2, 2],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["1e3", 1_000],
  ["1E3", 1_000],
  ["128M", 128e6],
  ["1E", 1e18],
  ["", Number.NaN],
  ["much", Number.NaN],
  ["1 Gi", Number.NaN],
  ["1constructor", Number.NaN],
  [undefined, Number.NaN],
  [{}, Number.NaN],
])("the quantity %j is %j", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test.each([
  ["/data", true],
  ["/data/", true],
  ["/data/x/y", true],
  ["/data/./x", true],
  ["//data/x", true],
  ["/database", false],
  ["/data/../etc", false],
  ["/", false],
  ["data", false],
  ["", false],
  [5, false],
])("%j is below /data: %j", (path, isBelow) => {
  expect(below(["/data"], path) === undefined).toBe(isBelow);
});

describe("a tree of fields", () => {
  const tree = fieldTree(["/a/b", "/list/*/c", "/list/0/d", "/any/**", "/x~1y"]);
  const outside = (value: unknown) => placesOutside(value, tree).map(({ path }) => path);

  test.each([
    [{ a: { b: 1 } }, []],
    [{ a: { b: 1, c: 1 } }, ["/a/c"]],
    [{ a: { b: { deeper: 1 } } }, ["/a/b/deeper"]],
    [
      {
        list: [
          { c: 1, d: 1 },
          { c: 1, d: 1 },
        ],
      },
      ["/list/1/d"],
    ],
    [{ any: { thing: [{ at: "all" }] } }, []],
    [{ "x/y": 1, "z~": 1 }, ["/z~0"]],
    [{ b: null, c: undefined }, []],
    [{ b: false }, ["/b"]],
    [{ __proto__: null, constructor: 1 }, ["/constructor"]],
    ["text", []],
  ])("finds of %j outside: %j", (value, paths) => {
    expect(outside(value)).toEqual(paths);
  });
});
