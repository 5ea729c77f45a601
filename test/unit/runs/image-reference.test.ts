import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseImageReference } from "../../../lib/runs/image-reference.ts";

const HEX = "e".repeat(64);

describe("an image reference", () => {
  test.each([
    ["busybox", "docker.io", "library/busybox", undefined, undefined],
    ["busybox:1.36", "docker.io", "library/busybox", "1.36", undefined],
    ["acme/etl", "docker.io", "acme/etl", undefined, undefined],
    ["docker.io/busybox", "docker.io", "library/busybox", undefined, undefined],
    ["index.docker.io/acme/etl:2", "docker.io", "acme/etl", "2", undefined],
    ["localhost/etl", "localhost", "etl", undefined, undefined],
    ["localhost:5000/etl", "localhost:5000", "etl", undefined, undefined],
    ["127.0.0.1:5000/a/b/c:tag-1", "127.0.0.1:5000", "a/b/c", "tag-1", undefined],
    ["[2001:db8::1]:5000/etl:1", "[2001:db8::1]:5000", "etl", "1", undefined],
    ["GHCR.io/acme/etl", "GHCR.io", "acme/etl", undefined, undefined],
    ["a__b/c--d/e.f_g", "docker.io", "a__b/c--d/e.f_g", undefined, undefined],
    [`ghcr.io/a/b@sha256:${HEX}`, "ghcr.io", "a/b", undefined, `sha256:${HEX}`],
    [`ghcr.io:443/a/b:v1@sha256:${HEX}`, "ghcr.io:443", "a/b", "v1", `sha256:${HEX}`],
    [`sha256:${HEX}`, "docker.io", "library/sha256", HEX, undefined],
  ])("%s is read as the engine reads it", (text, domain, path, tag, digest) => {
    expect(parseImageReference(text)).toMatchObject({ text, domain, path, tag, digest });
  });

  test.each([
    "",
    ":1",
    "@sha256:abc",
    "Busybox",
    "acme/ETL",
    "a//b",
    "a/",
    "/a",
    "a:tag with space",
    "a:-x",
    `a:${"t".repeat(129)}`,
    "a@sha256:short",
    `a@${HEX}`,
    "a b",
    "a\nb",
    "-v/:/h",
    "http://ghcr.io/a",
    "a___b",
    "a.-b",
    "host-/a.b:5000:6/x",
    HEX,
    "x".repeat(256),
  ])("%j is refused", (text) => {
    expect(() => parseImageReference(text)).toThrow(
      expect.objectContaining({ code: "ImageInvalid", retryable: false }),
    );
  });

  test("any parts put together are taken apart again", () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8})?$/);
    const domain = fc.constantFrom("ghcr.io", "localhost", "reg.example.com:5000", "10.0.0.1:80");
    const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), {
      nil: undefined,
    });
    const digest = fc.option(fc.constant(`sha256:${HEX}`), { nil: undefined });
    const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((all) => all.join("/"));

    fc.assert(
      fc.property(domain, path, tag, digest, (host, repository, label, hash) => {
        const text = `${host}/${repository}${label ? `:${label}` : ""}${hash ? `@${hash}` : ""}`;

        expect(parseImageReference(text)).toMatchObject({
          domain: host,
          path: repository,
          tag: label,
          digest: hash,
        });
      }),
    );
  });

  test("no text takes longer than its length allows or throws anything else", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (text) => {
        try {
          parseImageReference(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "ImageInvalid" });
        }
      }),
    );
  });
});
