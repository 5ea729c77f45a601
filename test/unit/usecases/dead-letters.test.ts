import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Backend } from "../../../lib/backends/backend.ts";
import { DEFAULT_CONFIG } from "../../../lib/config/default-config.ts";
import type { RequestMessage } from "../../../lib/queues/request-queue.ts";
import { LaunchError, unavailable } from "../../../lib/runs/launch-error.ts";
import type { Result } from "../../../lib/runs/result.ts";
import {
  type DeadLetter,
  dropDeadLetter,
  readDeadLetters,
  redriveDeadLetter,
} from "../../../lib/usecases/dead-letters.ts";
import { settleDeadLetters } from "../../../lib/usecases/settle-dead-letters.ts";
import { aMessage } from "../../support/messages.ts";

const SIGNAL = AbortSignal.timeout(10_000);
const RUN = JSON.stringify({ id: "r1", infrastructure: { type: "docker-container", image: "a" } });
const CANCEL = JSON.stringify({ id: "r1", action: "cancel", infrastructure: { type: "process" } });

test("says why each one died, by its attribute, its body or the want of both", async () => {
  const { deps } = aPlace([
    aMessage({ body: RUN, attributes: { reason: "the engine was down" } }),
    aMessage({ body: RUN }),
    aMessage({ body: '{"id":"r2"}' }),
    aMessage({ body: "nonsense" }),
  ]);

  const letters = await readAll(deps);

  expect(letters.map(({ id, reason }) => [id, reason])).toEqual([
    ["r1", "the engine was down"],
    ["r1", expect.stringMatching(/gave it up after its last delivery/)],
    ["r2", expect.stringMatching(/^infrastructure: is required/)],
    [undefined, expect.stringMatching(/not JSON/)],
  ]);
});

test("releases what it held, even when its reader stops early", async () => {
  const { deps, released } = aPlace([aMessage({ body: RUN }), aMessage({ body: RUN })]);

  for await (const _letter of readDeadLetters(deps, SIGNAL)) break;

  expect(released).toHaveLength(2);
});

test("sends a request again that its engine does not know, and takes the letter away", async () => {
  const { deps, sent, deleted, letter } = await aLetter(RUN, { find: async () => undefined });

  const outcome = await redriveDeadLetter(deps, letter, {}, SIGNAL);

  expect([outcome, sent, deleted]).toEqual(["sent", [letter.message], [letter.message]]);
});

test("does not send a request again whose run is there", async () => {
  const { deps, sent, deleted, letter } = await aLetter(RUN, {
    find: async () => ({ state: "unknown" }) as never,
  });

  const outcome = await redriveDeadLetter(deps, letter, {}, SIGNAL);

  expect([outcome, sent, deleted]).toEqual(["known", [], [letter.message]]);
});

test("keeps the letter where the engine does not answer, unless it is forced", async () => {
  const down = { find: () => Promise.reject(unavailable("down")) };
  const { deps, sent, deleted, letter } = await aLetter(RUN, down);

  await expect(redriveDeadLetter(deps, letter, {}, SIGNAL)).rejects.toThrow("down");
  expect([sent, deleted]).toEqual([[], []]);

  const outcome = await redriveDeadLetter(deps, letter, { force: true }, SIGNAL);
  expect([outcome, sent.length, deleted.length]).toEqual(["sent", 1, 1]);
});

test("refuses to send again what can never be accepted", async () => {
  const { deps, sent, letter } = await aLetter("nonsense", {});

  await expect(redriveDeadLetter(deps, letter, {}, SIGNAL)).rejects.toThrow(/never be accepted/);
  expect(sent).toEqual([]);
});

test("sends a cancel again without asking any engine", async () => {
  const { deps, letter } = await aLetter(CANCEL, {});

  expect(await redriveDeadLetter(deps, letter, {}, SIGNAL)).toBe("sent");
});

test("a dropped run is fenced before its letter is taken away", async () => {
  const { deps, deleted, letter } = await aLetter(RUN, {
    cancel: async (_key, options) => {
      expect(options.reason).toBe("SubmissionFailed");
      expect(deleted).toEqual([]);
      return { outcome: "fenced" };
    },
  });

  await dropDeadLetter(deps, letter, {}, SIGNAL);

  expect(deleted).toEqual([letter.message]);
});

test("a run that cannot be fenced is dropped by force only, and its sender is told", async () => {
  const down = { cancel: () => Promise.reject(unavailable("down")) };
  const { deps, published, deleted, letter } = await aLetter(RUN, down);

  await expect(dropDeadLetter(deps, letter, {}, SIGNAL)).rejects.toThrow("down");
  expect(deleted).toEqual([]);

  await dropDeadLetter(deps, letter, { force: true }, SIGNAL);
  expect(published[0]).toMatchObject({
    subject: "r1",
    data: { state: "crashed", cause: { code: "SubmissionFailed" } },
  });
  expect(deleted).toHaveLength(1);
});

test("the sender of a dropped letter that was never a request is told so", async () => {
  const { deps, published, letter } = await aLetter('{"id":"r2"}', {});

  await dropDeadLetter(deps, letter, {}, SIGNAL);

  expect(published[0]).toMatchObject({ subject: "r2", data: { state: "rejected" } });
});

test.each([
  ["waits", unavailable("down: hush-hush"), 0],
  ["is refused", new LaunchError("Denied", "no: hush-hush"), 1],
])(
  "a letter that %s tells nobody what its engine repeated of its secrets",
  async (_, refusal, told) => {
    const env = { API_TOKEN: "hush-hush" };
    const infrastructure = { type: "docker-container", image: "a", env };
    const body = JSON.stringify({ id: "r1", infrastructure });
    const place = aPlace([aMessage({ body })], { cancel: () => Promise.reject(refusal) });

    await settleDeadLetters(place.deps, SIGNAL);

    expect(place.published).toHaveLength(told);
    expect(inspect([place.published, place.logged], { depth: 9 })).toContain("[redacted]");
    expect(inspect([place.published, place.logged], { depth: 9 })).not.toContain("hush-hush");
  },
);

async function aLetter(body: string, backend: Partial<Backend>) {
  const place = aPlace([aMessage({ body })], backend);
  const [letter] = await readAll(place.deps);
  if (!letter) throw new Error("no letter");
  return { ...place, letter };
}

async function readAll(deps: ReturnType<typeof aPlace>["deps"]): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of readDeadLetters(deps, SIGNAL)) letters.push(letter);
  return letters;
}

function aPlace(waiting: RequestMessage[], backend: Partial<Backend> = {}) {
  const [sent, deleted, released, published, logged] = [[], [], [], [], []] as [
    RequestMessage[],
    RequestMessage[],
    unknown[],
    Result[],
    unknown[],
  ];
  const log = (...words: unknown[]) => void logged.push(words);
  const nothing = () => undefined;
  const deps = {
    config: DEFAULT_CONFIG,
    backends: {
      load: async () =>
        ({
          locate: async () => ({ type: "docker-container", name: "default" }),
          ...backend,
        }) as Backend,
      close: async () => undefined,
    },
    targets: [],
    results: {
      publish: async (results: readonly Result[]) => {
        published.push(...results);
        return results.map(nothing);
      },
    },
    requests: { delay: async () => undefined, nowMs: async () => Date.now() },
    deadLetters: {
      receive: async (max: number) => waiting.splice(0, max),
      delete: async (message: RequestMessage) => void deleted.push(message),
      add: async () => undefined,
      release: async (message: unknown) => void released.push(message),
    },
    sender: { send: async (message: RequestMessage) => void sent.push(message) },
    maxReceiveCount: 5,
    baseEnvironment: {},
    log: { debug: log, info: log, warn: log, error: log },
    metrics: { count: nothing, milliseconds: nothing },
  };
  return { deps, sent, deleted, released, published, logged };
}
