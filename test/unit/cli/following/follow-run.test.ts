import { expect, test } from "vitest";
import { followRun } from "../../../../lib/cli/following/follow-run.ts";
import { createMailbox } from "../../../../lib/cli/following/mailbox.ts";
import { causeOf } from "../../../../lib/runs/cause.ts";
import { unavailable } from "../../../../lib/runs/launch-error.ts";
import type { Observation } from "../../../../lib/runs/observation.ts";
import {
  type ResultData,
  resultOf,
  submittedResult,
  terminalResult,
} from "../../../../lib/runs/result.ts";
import { anEnd, anObservedRun } from "../../../support/observed.ts";

const LONG_SILENCE_MS = 60_000;
const run = anObservedRun({ secrets: ["hunter2"] });
const logs = { tail: "from the result", truncated: false };

interface Scene {
  readonly find?: () => Promise<Observation | undefined>;
  readonly output?: string;
  readonly results?: readonly { data: ResultData }[];
  readonly served?: boolean;
  readonly silent?: boolean;
  readonly signal?: AbortSignal;
}

async function follow({
  find,
  output,
  results = [],
  served = true,
  silent = false,
  signal,
}: Scene) {
  let shown = "";
  let clock = 0;
  const mailbox = createMailbox(served, () => clock);
  for (const result of results) mailbox.put(result);
  if (silent) clock = LONG_SILENCE_MS;
  const end = await followRun({
    place: {
      backend: {
        find: find ?? (async () => undefined),
        async *output() {
          if (output === undefined) throw unavailable("it is not to be had");
          yield { stream: "stdout", bytes: Buffer.from(output) } as const;
        },
      },
      target: { type: "process", name: "default" },
      id: "run-1",
    },
    view: {
      started: () => undefined,
      waiting: () => undefined,
      output: async ({ bytes }) => {
        shown += String(bytes);
      },
      quiet: async () => undefined,
      ended: async () => undefined,
    },
    mailbox,
    streamsOutput: true,
    signal: signal ?? new AbortController().signal,
  });
  return { end, shown };
}

test("shows the output as its engine gives it, secrets masked, and ends with the result", async () => {
  const { end, shown } = await follow({
    find: async () => anEnd({ run }),
    output: "one\nhunter2\n",
    results: [submittedResult(run), terminalResult(anEnd({ run }), logs)],
  });

  expect(shown).toBe("one\n[redacted]\n");
  expect(end).toMatchObject({ state: "completed", logs });
});

test("ends with what the sender was told at the submission as well", async () => {
  const told = submittedResult({ ...run, warnings: ["from the base", "from the cluster"] });
  const last = terminalResult(anEnd({ run: { ...run, warnings: ["from the base"] } }), logs);

  const { end } = await follow({ results: [told, last] });

  expect(end?.warnings).toEqual(["from the base", "from the cluster"]);
});

test("shows what the result holds of the output where its engine has let go of it", async () => {
  const { shown } = await follow({ results: [terminalResult(anEnd({ run }), logs)] });

  expect(shown).toBe("from the result\n");
});

test("ends where the engine will not give out the output", async () => {
  const results = [submittedResult(run), terminalResult(anEnd({ run }), null)];

  const { end, shown } = await follow({ find: async () => anEnd({ run }), results });

  expect({ state: end?.state, shown }).toEqual({ state: "completed", shown: "" });
});

test("shows nothing of another run that has its id", async () => {
  const data = { id: "run-1", state: "rejected", cause: causeOf("Conflict", "taken") } as const;
  const rejected = resultOf({ source: "/slipway", uid: "u", time: "2026-01-01T00:00:00Z", data });

  const { end, shown } = await follow({
    find: async () => anEnd({ run }),
    output: "not ours\n",
    results: [rejected],
  });

  expect({ state: end?.state, shown }).toEqual({ state: "rejected", shown: "" });
});

test("believes the engine where no results come this way", async () => {
  const { end } = await follow({ find: async () => anEnd({ run }), output: "", served: false });

  expect(end?.state).toBe("completed");
});

test("believes the engine where somebody else had the result", async () => {
  const settled = anObservedRun({ settled: true });

  const { end } = await follow({
    find: async () => anEnd({ run: settled }),
    output: "",
    silent: true,
  });

  expect(end?.state).toBe("completed");
});

test("goes on where the engine does not answer now", async () => {
  let calls = 0;
  const find = async () => {
    if (calls++ === 0) throw unavailable("down");
    return anEnd({ run });
  };

  const { end } = await follow({ find, output: "", served: false });

  expect(end?.state).toBe("completed");
});

test("says nothing where it is left before the end", async () => {
  const { end } = await follow({ signal: AbortSignal.timeout(20) });

  expect(end).toBeUndefined();
});
