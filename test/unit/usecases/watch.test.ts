import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../lib/config/default-config.ts";
import { unavailable } from "../../../lib/runs/launch-error.ts";
import type { Dependencies } from "../../../lib/usecases/dependencies.ts";
import { watchFor } from "../../../lib/usecases/watch.ts";

test("looks as often as it was told to, however fast an engine refuses", async () => {
  let looks = 0;

  await watchFor(withEngineDown(), {
    signal: AbortSignal.timeout(10_000),
    watchMs: 200,
    listEveryMs: 50,
    onLook: () => {
      looks++;
    },
  });

  expect(looks).toBeLessThanOrEqual(5);
});

test("ends at once when it is told to stop, and not in the middle of a pause", async () => {
  const stop = new AbortController();

  const watching = watchFor(withEngineDown(), {
    signal: AbortSignal.timeout(60_000),
    watchMs: 60_000,
    onLook: () => stop.abort(),
    stop: stop.signal,
  });

  await expect(watching).resolves.toBeDefined();
});

function withEngineDown(): Dependencies {
  const nothing = () => undefined;
  return {
    config: DEFAULT_CONFIG,
    backends: {
      load: () => Promise.reject(unavailable("it is down")),
      close: async () => undefined,
    },
    targets: [{ type: "docker-container", name: "default" }],
    results: { publish: async () => [] },
    requests: { delay: async () => undefined, nowMs: async () => Date.now() },
    deadLetters: undefined,
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    metrics: { count: nothing, milliseconds: nothing },
  };
}
