import { describe, expect, test } from "vitest";
import { type CauseCode, causeOf } from "../../lib/runs/cause.ts";
import type { State } from "../../lib/runs/result.ts";
import { aResult } from "../support/results.ts";
import { checkHistory } from "./support/check-history.ts";
import type { Witness } from "./support/truth.ts";

const ID = "a-run";
const STARTED: Witness[] = [{ id: ID, event: "start" }];
const ENDED: Witness[] = [...STARTED, { id: ID, event: "end" }];

const told = (state: State, status_code: number | null, code?: CauseCode) =>
  aResult({ id: ID, state, status_code, cause: code ? causeOf(code, "a reason") : null });

const COMPLETED = told("completed", 0);
const FAILED = told("failed", 7, "Exit");
const LOST = told("crashed", 255, "EngineLost");
const SUBMITTED = told("submitted", null);
const DID_NOT_COMPLETE = told("crashed", 7, "DidNotComplete");

describe("a history is accepted where", () => {
  test.each([
    ["a run ended well and is completed", 0, ENDED, [SUBMITTED, COMPLETED]],
    ["its result came twice", 0, ENDED, [COMPLETED, COMPLETED]],
    ["a run failed with the code that it noted", 7, ENDED, [FAILED]],
    ["its engine lost it before its end", 0, STARTED, [LOST]],
    ["its engine lost it between its end and the exit", 0, ENDED, [LOST]],
    ["it crashed with the code that it noted", 7, ENDED, [DID_NOT_COMPLETE]],
    ["it was killed", 0, STARTED, [told("failed", 137, "Signal")]],
    [
      "it never started and its submission failed",
      0,
      [],
      [told("crashed", -1, "SubmissionFailed")],
    ],
    ["it never started and is refused", 0, [], [told("rejected", null, "Stale")]],
  ])("%s", (_case, exitCode, truth, results) => {
    expect(checkHistory({ sent: [{ id: ID, exitCode }], results, truth })).toEqual([]);
  });

  test("a run was cancelled that somebody cancelled", () => {
    const sent = [{ id: ID, exitCode: 0, cancel: true }];
    const results = [told("cancelled", -1, "Cancelled")];

    expect(checkHistory({ sent, results, truth: STARTED })).toEqual([]);
  });
});

test("a second pod of one Job is accepted where the result tells of it", () => {
  const truth = [...STARTED, ...ENDED];
  const of = (type: "kubernetes-job" | "docker-container", attempts: number) =>
    checkHistory({
      sent: [{ id: ID, exitCode: 0 }],
      results: [aResult({ id: ID, state: "completed", status_code: 0, type, attempts })],
      truth,
    });

  expect(of("kubernetes-job", 2)).toEqual([]);
  expect(of("kubernetes-job", 1)).toEqual([`${ID} started 2 times`]);
  expect(of("docker-container", 2)).toEqual([`${ID} started 2 times`]);
});

describe("a history is refused where", () => {
  test.each([
    ["a run has no result", 0, ENDED, [SUBMITTED], "no result"],
    ["a run started twice", 0, [...STARTED, ...ENDED], [COMPLETED], "started 2 times"],
    ["two results disagree", 0, STARTED, [LOST, told("failed", 137, "Signal")], "disagree"],
    ["two causes disagree", 0, STARTED, [LOST, told("crashed", 255, "Removed")], "disagree"],
    ["a run that never ended is completed", 0, STARTED, [COMPLETED], "did not complete"],
    ["a run that failed is completed", 7, ENDED, [COMPLETED], "did not complete"],
    ["a run failed with another code", 1, ENDED, [FAILED], "noted exit 1"],
    ["a run failed by itself that never ended", 7, STARTED, [FAILED], "noted no end"],
    ["a crash tells another exit", 1, ENDED, [DID_NOT_COMPLETE], "noted exit 1"],
    [
      "it ran, but nothing was submitted",
      0,
      STARTED,
      [told("crashed", -1, "SubmissionFailed")],
      "ran",
    ],
    ["it ran, but never started", 0, STARTED, [told("crashed", -1, "NeverStarted")], "ran"],
    ["it ran, but was refused", 0, STARTED, [told("rejected", null, "Conflict")], "ran"],
    ["nobody cancelled it", 0, STARTED, [told("cancelled", -1, "Cancelled")], "nobody cancelled"],
  ])("%s", (_case, exitCode, truth, results, complaint) => {
    const broken = checkHistory({ sent: [{ id: ID, exitCode }], results, truth });

    expect(broken).toContainEqual(expect.stringContaining(complaint));
  });
});
