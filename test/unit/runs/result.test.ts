import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { causeOf } from "../../../lib/runs/cause.ts";
import type { Ended, ObservedRun } from "../../../lib/runs/observation.ts";
import {
  eventId,
  Result,
  type ResultData,
  resultOf,
  State,
  submittedResult,
  TERMINAL_STATES,
  terminalResult,
} from "../../../lib/runs/result.ts";
import { isFitForSqs } from "../../support/sqs-text.ts";

const SQS_BYTES = 1_048_576;

const run: ObservedRun = {
  key: {
    id: "a",
    hash: "zklycewkdo64v6wc",
    target: { type: "docker-container", name: "builders" },
    name: "nightly",
    namespace: undefined,
  },
  identifier: "nightly-zklycewkdo64v6wc",
  uid: "4f2a",
  revision: "1",
  source: "/docker/builders",
  labels: { team: "x" },
  secrets: [],
  streamOutput: true,
  settled: false,
  createdAt: "2026-01-02T03:04:05.123456789Z",
  warnings: ["careful"],
};

const ended: Ended = {
  state: "ended",
  run,
  outcome: "failed",
  statusCode: 7,
  cause: causeOf("Exit", "the command exited with code 7"),
  startedAt: "2026-01-02T03:04:06Z",
  finishedAt: "2026-01-02T03:04:08.500Z",
  attempts: 1,
};

describe("the result of a run", () => {
  test("that exists names it", () => {
    expect(submittedResult(run)).toEqual({
      specversion: "1.0",
      id: eventId("a", "4f2a", "submitted"),
      source: "/docker/builders",
      type: "dev.slipway.run.submitted",
      subject: "a",
      time: run.createdAt,
      datacontenttype: "application/json",
      data: {
        id: "a",
        type: "docker-container",
        name: "nightly",
        identifier: "nightly-zklycewkdo64v6wc",
        state: "submitted",
        status_code: null,
        cause: null,
        created_at: run.createdAt,
        started_at: null,
        finished_at: null,
        duration_ms: null,
        attempts: 0,
        logs: null,
        labels: { team: "x" },
        warnings: ["careful"],
        problems: [],
      },
    });
  });

  test("that ended says how, when and for how long", () => {
    const logs = { tail: "oh\n", truncated: false };

    expect(terminalResult(ended, logs)).toMatchObject({
      type: "dev.slipway.run.failed",
      time: ended.finishedAt,
      data: {
        state: "failed",
        status_code: 7,
        cause: ended.cause,
        duration_ms: 2_500,
        attempts: 1,
        logs,
      },
    });
  });

  test("that was refused has no status code", () => {
    expect(terminalResult({ ...ended, outcome: "rejected" }, null).data.status_code).toBeNull();
  });

  test("that never started has no duration and the time of its creation", () => {
    const result = terminalResult({ ...ended, startedAt: undefined, finishedAt: undefined }, null);

    expect(result).toMatchObject({ time: run.createdAt, data: { duration_ms: null } });
  });

  test("is the same each time it is made", () => {
    expect(terminalResult(ended, null)).toEqual(terminalResult(structuredClone(ended), null));
  });

  test.each([
    ["run", eventId("b", "4f2a", "failed")],
    ["infrastructure", eventId("a", "4f2b", "failed")],
    ["state", eventId("a", "4f2a", "crashed")],
    ["cut between its parts", eventId("a4", "f2a", "failed")],
  ])("has another id for another %s", (_what, other) => {
    expect(other).not.toBe(eventId("a", "4f2a", "failed"));
  });
});

test("every state is either the last word or one of the two that are not", () => {
  const open = State.options.filter((state) => !TERMINAL_STATES.has(state));

  expect(open).toEqual(["submitted", "delayed"]);
});

test("a trace context travels along, nonsense does not", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  expect(submittedResult(run, traceparent).traceparent).toBe(traceparent);
  expect(submittedResult(run, "00-\uFFFF")).not.toHaveProperty("traceparent");
});

test.each([
  ["/docker/my builders", "/docker/my%20builders"],
  ["/docker/a#b?c[d]", "/docker/a%23b%3Fc%5Bd%5D"],
  ["/process/höst\uD800", "/process/h%C3%B6st%EF%BF%BD"],
  ["/docker/50%", "/docker/50%25"],
])("the source %j is written as the URI reference %j", (source, written) => {
  expect(submittedResult({ ...run, source }).source).toBe(written);
});

describe("whatever goes into a result", () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom("\uFFFF", "\uD800", "\0", "\u001b", '"', "\\"),
    ),
  });

  test("SQS takes it, the schema takes it, and reading it gives it back", () => {
    const parts = fc.record({
      id: anyText,
      name: anyText,
      identifier: anyText,
      source: anyText,
      message: anyText,
      tail: anyText,
      labels: fc.dictionary(anyText, anyText, { noNullPrototype: true }),
      warnings: fc.array(anyText),
      problems: fc.array(fc.record({ path: anyText, message: anyText })),
      body: anyText,
    });

    fc.assert(
      fc.property(parts, ({ source, message, tail, ...rest }) => {
        const cause = causeOf("Invalid", message);
        const data = {
          ...rest,
          state: "rejected" as const,
          cause,
          logs: { tail, truncated: false },
        };

        const result = resultOf({ source, uid: "u", time: "2026-01-02T03:04:05Z", data });

        const body = JSON.stringify(result);
        expect(isFitForSqs(body)).toBe(true);
        expect(Result.parse(JSON.parse(body))).toEqual(result);
      }),
    );
  });

  test.each(["x", "\u20ac", '"', "\uFFFF", "\u0001", "\ud83d\ude42"])(
    "however large, of %j, it stays below what SQS takes",
    (character) => {
      const text = character.repeat(1_000_000);
      const many = <T>(item: T) => Array<T>(10_000).fill(item);
      const data: ResultData = {
        ...submittedResult(run).data,
        id: text,
        name: text,
        identifier: text,
        cause: causeOf("Invalid", text, { hint: text }),
        logs: { tail: text, truncated: false },
        labels: Object.fromEntries(many("").map((_, at) => [`${at}${character.repeat(50)}`, "v"])),
        warnings: many(text),
        problems: many({ path: text, message: text }),
        body: text,
      };

      const result = resultOf({ source: "/slipway", uid: "u", time: run.createdAt, data });

      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(SQS_BYTES - 10_000);
      expect(result.data.warnings.at(-1)).toMatch(/labels are left out/);
      expect(Result.safeParse(result).success).toBe(true);
    },
  );
});
