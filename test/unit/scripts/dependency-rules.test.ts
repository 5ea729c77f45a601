import { describe, expect, test } from "vitest";
import {
  duplicateMajors,
  unpinned,
  withOtherLicense,
  withoutIntegrity,
} from "../../../scripts/dependency-rules.ts";

describe("a dependency", () => {
  test.each(["^1.2.3", "~1.2.3", "1.x", "latest", "npm:other@1.2.3", "git+https://host/x.git"])(
    "is not pinned by %j",
    (version) => {
      expect(unpinned({ devDependencies: { one: version } })).toEqual([
        `one: expected one exact version, got ${version}`,
      ]);
    },
  );

  test.each(["1.2.3", "2.0.0-beta.24"])("is pinned by %j", (version) => {
    expect(unpinned({ dependencies: { one: version } })).toEqual([]);
  });

  test.each([[undefined], ["sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="]])(
    "is not whole with the integrity %j",
    (integrity) => {
      const locked = { "": {}, "node_modules/one": integrity ? { integrity } : {} };
      expect(withoutIntegrity(locked)).toEqual([
        "node_modules/one: expected a sha512 integrity in the lock file",
      ]);
    },
  );

  test.each([
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["(MIT AND GPL-3.0)", false],
    ["GPL-3.0-only", false],
    ["SEE LICENSE IN LICENSE", false],
    [undefined, false],
  ])("under the license %j is allowed: %s", (license, allowed) => {
    const locked = { "": {}, "node_modules/one": license ? { license } : {} };
    expect(withOtherLicense(locked, () => undefined)).toHaveLength(allowed ? 0 : 1);
  });

  test("may state its license in its own manifest alone", () => {
    expect(withOtherLicense({ "node_modules/old": {} }, () => "MIT")).toEqual([]);
  });
});

describe("a bundle", () => {
  const copy = (version: string) => ({ name: "one", version, bytes: 1 });

  test("names a package that it holds in two majors", () => {
    expect(duplicateMajors("submit", [copy("1.2.0"), copy("2.0.0")])).toEqual([
      "submit holds one in several majors: 1.2.0, 2.0.0",
    ]);
  });

  test("may hold two minors of a package", () => {
    expect(duplicateMajors("submit", [copy("1.2.0"), copy("1.3.0")])).toEqual([]);
  });
});
