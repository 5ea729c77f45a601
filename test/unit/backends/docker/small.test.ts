import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OutputPiece } from "../../../../lib/backends/backend.ts";
import { isAtLeast, negotiate } from "../../../../lib/backends/docker/api/versions.ts";
import { dockerLabelKey } from "../../../../lib/backends/docker/labels.ts";
import { concurrently } from "../../../../lib/backends/docker/look/concurrently.ts";
import { demultiplex } from "../../../../lib/backends/docker/output/demultiplex.ts";
import { parseMemory } from "../../../../lib/backends/docker/request/memory.ts";
import { pullPolicyOf } from "../../../../lib/backends/docker/request/pull-policy.ts";
import { parseImageReference } from "../../../../lib/runs/image-reference.ts";

describe("a size in memory", () => {
  test.each([
    ["512m", 536_870_912],
    ["1.5g", 1_610_612_736],
    ["64MiB", 67_108_864],
    ["64mb", 67_108_864],
    ["10k", 10_240],
    ["1048576", 1_048_576],
    ["2 G", 2_147_483_648],
    [4_194_304, 4_194_304],
  ])("%j is %i bytes", (size, bytes) => {
    expect(parseMemory(size)).toBe(bytes);
  });

  test.each(["1e999g", "-1", "-512m", "", "m", "0", "1x", "NaN", "Infinity", "99999999p", "1 2"])(
    "%j is none",
    (size) => {
      expect(parseMemory(size)).toBeUndefined();
    },
  );
});

describe("a label's key", () => {
  test.each([
    ["team", "team"],
    ["prefect.io/flow", "io.prefect.flow"],
    ["a.b.c/d", "c.b.a.d"],
    ["a/b/c", "a.b/c"],
    ["/x", ".x"],
  ])("%j becomes %j", (key, docker) => {
    expect(dockerLabelKey(key)).toBe(docker);
  });
});

describe("the pull policy", () => {
  const digest = `a@sha256:${"0".repeat(64)}`;
  test.each([
    ["a", undefined, "ALWAYS"],
    ["a:latest", undefined, "ALWAYS"],
    ["localhost:5000/a", undefined, "ALWAYS"],
    ["a:1", undefined, "IF_NOT_PRESENT"],
    [digest, undefined, "IF_NOT_PRESENT"],
    [digest.replace("@", ":latest@"), undefined, "IF_NOT_PRESENT"],
    ["a", "NEVER", "NEVER"],
    ["a:1", "ALWAYS", "ALWAYS"],
    ["1a2b3c4d5e6f", undefined, "NEVER"],
    [`sha256:${"0".repeat(64)}`, undefined, "NEVER"],
    ["cafe", undefined, "ALWAYS"],
    ["1a2b3c4d5e6f:1", undefined, "IF_NOT_PRESENT"],
    ["acme/1a2b3c4d5e6f", undefined, "ALWAYS"],
  ] as const)("of %s asked as %s is %s", (image, asked, policy) => {
    const spec = asked === undefined ? {} : { image_pull_policy: asked };

    expect(pullPolicyOf(spec, parseImageReference(image))).toBe(policy);
  });
});

describe("versions", () => {
  test.each([
    ["20.10.24+dfsg1", "20.10", true],
    ["19.03.15", "20.10", false],
    ["27.0.1", "20.10", true],
    ["24.0.2", "24.0.3", false],
    ["24.0.10", "24.0.3", true],
  ])("%s is at least %s: %s", (version, wanted, answer) => {
    expect(isAtLeast(version, wanted)).toBe(answer);
  });

  test.each([
    ["1.41", "1.12", "1.41"],
    ["1.51", "1.24", "1.44"],
    ["1.52", "1.44", "1.44"],
    ["1.60", "1.48", "1.48"],
  ])("an engine that speaks up to %s from %s is spoken to in %s", (newest, oldest, spoken) => {
    expect(negotiate({ newest, oldest })).toBe(spoken);
  });
});

describe("a multiplexed stream", () => {
  test("gives back its payloads in order, however it is cut", async () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 });
    const cuts = fc.integer({ min: 1, max: 50 });

    await fc.assert(
      fc.asyncProperty(payloads, cuts, async (written, size) => {
        const bytes = Buffer.concat(
          written.map((payload, index) => frame(payload, 1 + (index % 2))),
        );
        const pieces: OutputPiece[] = [];

        for await (const piece of demultiplex(cut(bytes, size))) pieces.push(piece);

        const of = (stream?: string) =>
          Buffer.concat(
            pieces.filter((one) => !stream || one.stream === stream).map((one) => one.bytes),
          );
        expect(of()).toEqual(Buffer.concat(written));
        expect(of("stderr")).toEqual(Buffer.concat(written.filter((_, index) => index % 2 === 1)));
      }),
    );
  });

  function frame(payload: Uint8Array, stream: number): Buffer {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(payload.length, 4);
    return Buffer.concat([header, payload]);
  }

  async function* cut(bytes: Buffer, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
});

describe("concurrent work", () => {
  test("does everything, never more at once than it may, and waits for nobody in particular", async () => {
    let running = 0;
    let most = 0;
    const never = Promise.withResolvers<number>();
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      const result = item === 0 ? await never.promise : await Promise.resolve(item);
      running--;
      return result;
    };

    const done: number[] = [];
    for await (const result of concurrently([0, 1, 2, 3, 4], 2, work)) {
      done.push(result);
      if (done.length === 4) never.resolve(0);
    }

    expect(done).toEqual([1, 2, 3, 4, 0]);
    expect(most).toBe(2);
  });
});
