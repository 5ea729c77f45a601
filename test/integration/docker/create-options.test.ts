import { afterAll, describe, expect, test } from "vitest";
import { checkShape } from "../../../lib/backends/docker/request/check-shape.ts";
import { CREATE_BODY } from "../../../lib/backends/docker/request/create-schema.ts";
import type { Shape } from "../../../lib/backends/docker/request/shape.ts";
import { bindProblem } from "../../../lib/backends/docker/request/volume-syntax.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { IMAGE } from "./support/raw-call.ts";
import { createSharedStage } from "./support/shared-engine.ts";

await describeWithEngine("docker", "a request that the engine would refuse", () => {
  const stage = createSharedStage();
  afterAll(async () => {
    await stage.raw("DELETE", `/volumes/${VOLUME}`);
    await stage.close();
  });

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

  test.each([{ size: "10G" }, { nope: "1" }])(
    "is refused for good where its kind of disk takes no such option: %j",
    async (StorageOpt) => {
      const HostConfig = { StorageOpt, NetworkMode: "none" };
      const body = { Image: IMAGE, HostConfig };
      const { status, body: answer } = await stage.raw("POST", "/containers/create", body);
      const what = stage.run("true", host({ StorageOpt }));

      const outcome = await stage.submit(what).catch((error) => error);

      // The containerd store takes any.
      const expected =
        status === 201 ? { outcome: "created" } : { code: "ConfigError", retryable: false };
      expect(outcome).toMatchObject(expected);
      if (answer.Id) await stage.raw("DELETE", `/containers/${answer.Id}?force=1`);
    },
  );

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
        Image: IMAGE,
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

/** Made by the engine for the containers that name it. */
const VOLUME = "slipway-test-named-volume";

const BINDS = [
  ...["/usr:/x", "/usr:/x:", "/usr:/x:ro", "/usr:/x:z,ro", "/usr:/x:rw,rprivate", "/usr:/x:cached"],
  ...[`${VOLUME}:/x`, `${VOLUME}:/x:nocopy`, "/x", "//usr:/x", "/usr:/x/../y", "/usr:\\x"],
  ...["/usr:/x:readonly", "/usr:/x:RO", "/usr:/x:ro,rw", "/usr:/x:ro,ro", "/usr:/x:ro,"],
  ...["/usr:/x:private,slave", "/usr:/x:nocopy", `${VOLUME}:/x:rprivate`, "/usr:/x:ro:z"],
  ...["C:\\data:/data", "c:/x:/y", "/usr:x", ":/x", "/usr:", "/usr:/", "/usr:/x/..", "/usr:.", "x"],
  ...["/usr::/x", "/usr:/x::", `${VOLUME}:/`, "/x:ro", "/x:ro,z", "~/x:/y", "rel/path:/x", "v:/x"],
];

const SAMPLES: Readonly<Record<Extract<Shape, string>, unknown>> = {
  any: 1,
  boolean: true,
  integer: 1,
  number: 1.5,
  object: {},
  string: "",
  strings: ["text"],
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
