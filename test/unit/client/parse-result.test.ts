import { describe, expect, expectTypeOf, test } from "vitest";
import { parseResult } from "../../../lib/client/parse-result.ts";
import * as states from "../../../lib/client/result-states.ts";
import { type Cause, causeOf } from "../../../lib/runs/cause.ts";
import { State } from "../../../lib/runs/result.ts";
import { aResult } from "../../support/results.ts";

describe("parseResult", () => {
  const result = aResult({ id: "a" });
  const body = JSON.stringify(result);
  const sns = JSON.stringify({ Type: "Notification", Message: body });
  const eventBridge = JSON.stringify({ "detail-type": "dev.slipway.run", detail: result });

  test.each([
    ["a body", body],
    ["a message of the SDK", { MessageId: "1", Body: body }],
    ["a record of Lambda", { messageId: "1", body }],
    ["what SNS wrapped", sns],
    ["what EventBridge wrapped", eventBridge],
    ["what both wrapped", JSON.stringify({ Type: "Notification", Message: eventBridge })],
  ])("reads %s", (_what, message) => {
    expect(parseResult(message)).toEqual(result);
  });

  test("leaves out what a newer version added", () => {
    const newer = { ...result, extension: 1, data: { ...result.data, extra: 1 } };

    expect(parseResult(JSON.stringify(newer))).toEqual(result);
  });

  test.each([
    ["nothing", {}, /is empty/],
    ["no JSON", "oops", /is not JSON/],
    ["another event", JSON.stringify({ specversion: "1.0", type: "x", data: {} }), /specversion/],
    ["a state there is not", body.replaceAll("completed", "gone"), /data\.state: expected one of/],
    ["a subject of another run", body.replace('"subject":"a"', '"subject":"b"'), /does not agree/],
    ["a type of another state", body.replace("run.completed", "run.failed"), /does not agree/],
  ])("refuses %s", (_what, message, problem) => {
    expect(() => parseResult(message)).toThrow(problem);
  });
});

describe("a guard", () => {
  const { isTerminal, ...guards } = states;

  test.each(State.options)("tells %s from every other state", (state) => {
    const result = aResult({ state });

    const saidYes = Object.entries(guards).flatMap(([name, is]) => (is(result) ? [name] : []));

    expect(saidYes).toEqual([`is${state[0]?.toUpperCase()}${state.slice(1)}`]);
    expect(isTerminal(result)).toBe(state !== "submitted" && state !== "delayed");
  });

  test("narrows what it lets through", () => {
    const result = aResult({
      state: "failed",
      status_code: 7,
      cause: causeOf("Exit", "it failed"),
    });

    if (!states.isFailed(result)) throw new Error("it failed");

    expectTypeOf(result.data.cause).toExtend<Cause>();
    expectTypeOf(result.data.status_code).toExtend<number>();
  });
});
