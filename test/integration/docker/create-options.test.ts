import { afterAll, describe, expect, test } from "vitest";
import { checkShape } from "../../../lib/backends/docker/request/check-shape.ts";
import { CREATE_BODY } from "../../../lib/backends/docker/request/create-schema.ts";
import type { Shape } from "../../../lib/backends/docker/request/shape.ts";
import { bindProblem } from "../../../lib/backends/docker/request/volume-syntax.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { sharedEngine } from "./support/shared-engine.ts";
import { createStage } from "./support/stage.ts";

await describeWithEngine("docker", "a request that the engine would refuse", () => {
  const { socket, way } = sharedEngine();
  const stage = createStage(socket, way);
  afterAll(() => stage.close());

  const options = (create_options: object) => ({ create_options });
  const host = (HostConfig: object) => options({ HostConfig });
  const port = (binding: object) =>
    options({ HostConfig: { PortBindings: { "80/tcp": binding } } });

  test.concurrent.for<[string, Record<string, unknown>]>([
    ["a volume with an unknown mode", { volumes: ["/tmp:/x:readonly"] }],
    ["a volume of Windows", { volumes: ["C:\\data:/data"] }],
    ["a volume with a relative target", { volumes: ["/tmp:x"] }],
    ["a volume without a source", { volumes: [":/x"] }],
    ["a volume without a target", { volumes: ["/tmp:"] }],
    ["a volume over everything", { volumes: ["/tmp:/"] }],
    ["a volume with four parts", { volumes: ["/tmp:/x:ro:z"] }],
    ["a volume with a mode of Podman", { volumes: ["/tmp:/x:noexec"] }],
    ["a volume with an impossible name", { volumes: ["~/data:/x"] }],
    ["a terminal of words", options({ Tty: "yes" })],
    ["a command of numbers", options({ Cmd: [5] })],
    ["memory of words", host({ Memory: "64m" })],
    ["memory with a fraction", host({ Memory: 67_108_864.5 })],
    ["a number that its field cannot hold", host({ BlkioWeight: 70_000 })],
    ["ports of words", host({ PortBindings: "80:80" })],
    ["a port that is a number", port([{ HostPort: 80 }])],
    ["a port that is no list", port({ HostPort: "80" })],
    ["a port of words", port([{ HostPort: "http" }])],
    ["a size that the disk cannot keep", host({ StorageOpt: { size: "10G" } })],
    ["a storage option that is unknown", host({ StorageOpt: { nope: "1" } })],
    ["a security option that is unknown", host({ SecurityOpt: ["nope=x"] })],
    ["an isolation that is unknown", host({ Isolation: "bogus" })],
    ["a runtime that is unknown", host({ Runtime: "bogus" })],
    [
      "a log option that is a number",
      host({ LogConfig: { Type: "local", Config: { "max-file": 3 } } }),
    ],
    ["a log driver that is unknown", host({ LogConfig: { Type: "nope" } })],
    [
      "a mount's mode of words",
      host({ Mounts: [{ Type: "tmpfs", Target: "/x", TmpfsOptions: { Mode: "0700" } }] }),
    ],
    ["a mount of an unknown type", host({ Mounts: [{ Type: "nope", Target: "/x" }] })],
    ["a check in words", options({ Healthcheck: { Test: ["CMD", "true"], Interval: "5s" } })],
    ["a limit of words", host({ Ulimits: [{ Name: "nofile", Soft: "many", Hard: 1 }] })],
  ])("is refused for good: %s", async ([, fields], { expect }) => {
    const what = stage.run("true", fields);

    const refusal = await stage.submit(what).catch((error) => error);

    expect(refusal).toMatchObject({
      code: expect.stringMatching(/^(?:Invalid|ConfigError)$/),
      retryable: false,
    });
    expect(await stage.listed(what)).toBeUndefined();
  });

  describe("is known beforehand", () => {
    const create = (body: object) =>
      stage.raw("POST", "/containers/create", { Image: "slipway.invalid/none:1", ...body });

    test("by the types of the engine's own decoder, and no others", async () => {
      const verdicts = leavesOf(CREATE_BODY).map(async ({ path, shape, wrap }) => {
        const right = await create(wrap(SAMPLES[shape]));
        const wrong = checkShape(wrap(shape === "object" ? 5 : {}), CREATE_BODY, "");
        return { path, decoded: !/unmarshal|invalid JSON/.test(right.body.message), wrong };
      });

      for (const { path, decoded, wrong } of await Promise.all(verdicts)) {
        expect(wrong, `${path} is checked`).toHaveLength(1);
        expect(decoded, `${path} is of a type that the engine takes`).toBe(true);
      }
    });

    test.each(BINDS)("by the engine's own syntax of volumes: %s", async (bind) => {
      const { status, body } = await stage.raw("POST", "/containers/create", {
        Image: "localhost/busybox:1",
        HostConfig: { Binds: [bind], NetworkMode: "none" },
      });
      if (status === 201) await stage.raw("DELETE", `/containers/${body.Id}?v=1`);

      // A volume's name is the engine's to judge: it says so with status 400.
      const isAboutName = /volume name/.test(body.message ?? "");

      expect({ refused: bindProblem(bind) !== undefined, why: body.message }).toEqual({
        refused: status !== 201 && !isAboutName,
        why: body.message,
      });
    });
  });
});

const BINDS = [
  ...["/tmp:/x", "/tmp:/x:", "/tmp:/x:ro", "/tmp:/x:z,ro", "/tmp:/x:rw,rprivate", "/tmp:/x:cached"],
  ...["named-volume:/x", "named-volume:/x:nocopy", "/x", "//tmp:/x", "/tmp:/x/../y", "/tmp:\\x"],
  ...["/tmp:/x:readonly", "/tmp:/x:RO", "/tmp:/x:ro,rw", "/tmp:/x:ro,ro", "/tmp:/x:ro,"],
  ...["/tmp:/x:private,slave", "/tmp:/x:nocopy", "named-volume:/x:rprivate", "/tmp:/x:ro:z"],
  ...["C:\\data:/data", "c:/x:/y", "/tmp:x", ":/x", "/tmp:", "/tmp:/", "/tmp:/x/..", "/tmp:.", "x"],
  ...[
    "/tmp::/x",
    "/tmp:/x::",
    "named-volume:/",
    "/x:ro",
    "/x:ro,z",
    "~/x:/y",
    "rel/path:/x",
    "v:/x",
  ],
];

const SAMPLES: Readonly<Record<Extract<Shape, string>, unknown>> = {
  any: 1,
  boolean: true,
  integer: 1,
  number: 1.5,
  object: {},
  string: "",
  strings: "text",
};

interface Leaf {
  readonly path: string;
  readonly shape: Extract<Shape, string>;
  /** A whole body with the given value in this place. */
  readonly wrap: (value: unknown) => object;
}

function leavesOf(shape: Shape, path = "", wrap = (value: unknown) => value as object): Leaf[] {
  if (typeof shape === "string") return [{ path, shape, wrap }];
  return Object.entries(shape).flatMap(([key, one]: [string, Shape]) =>
    leavesOf(one, `${path}.${key}`, (value) =>
      wrap(Array.isArray(shape) ? [value] : { [key === "*" ? "80/tcp" : key]: value }),
    ),
  );
}
