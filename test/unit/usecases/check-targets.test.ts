import { describe, expect, test } from "vitest";
import type { Backend, TargetCheck } from "../../../lib/backends/backend.ts";
import type { BackendRegistry } from "../../../lib/backends/registry.ts";
import { unavailable } from "../../../lib/runs/launch-error.ts";
import { checkTargets } from "../../../lib/usecases/check-targets.ts";

const target = (name: string) => ({ type: "docker-container", name }) as const;
const answer = { version: "Docker 29.1", problems: [], notes: ["no OOM flag"] };

/** Engines that answer as their target's name says. */
function registry(check: (name: string, signal: AbortSignal) => Promise<TargetCheck>) {
  const backend = { check: ({ name }, signal) => check(name, signal) } as Backend;
  return { load: async () => backend } satisfies Pick<BackendRegistry, "load">;
}

describe("checking targets", () => {
  test("gives each one's version, notes and latency, and why one cannot be used", async () => {
    const backends = registry(async (name) => {
      if (name === "down") throw unavailable("tcp://down cannot be reached");
      return answer;
    });

    const checked = await checkTargets(backends, [target("up"), target("down")]);

    expect(checked).toEqual([
      { target: target("up"), ...answer, latencyMs: expect.any(Number) },
      {
        target: target("down"),
        version: undefined,
        problems: ["tcp://down cannot be reached"],
        notes: [],
        latencyMs: expect.any(Number),
      },
    ]);
  });

  test("asks all at once: each waits here until every other has been asked", async () => {
    const asked: string[] = [];
    let allAsked = () => {};
    const all = new Promise<void>((resolve) => {
      allAsked = resolve;
    });
    const backends = registry(async (name) => {
      if (asked.push(name) === 3) allAsked();
      await all;
      return answer;
    });

    const checked = await checkTargets(backends, ["a", "b", "c"].map(target));

    expect(checked.flatMap(({ problems }) => problems)).toEqual([]);
  });

  test("gives one that never answers its own deadline", async () => {
    const backends = registry((name) =>
      name === "silent" ? new Promise<never>(() => {}) : Promise.resolve(answer),
    );

    const checked = await checkTargets(backends, [target("silent"), target("up")], 50);

    expect(checked.map(({ problems }) => problems)).toEqual([
      ["did not answer within 0.05 seconds"],
      [],
    ]);
  });
});
