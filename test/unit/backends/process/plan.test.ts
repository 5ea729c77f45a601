import { expect, test } from "vitest";
import { planOf } from "../../../../lib/backends/process/plan.ts";
import { LaunchError } from "../../../../lib/runs/launch-error.ts";
import { aRun, aSpec } from "../../../support/builders.ts";

const TARGET = { type: "process", name: "default" } as const;

const planned = (fields: object, rest: object = {}) =>
  planOf(
    aRun(aSpec("process", { command: ["true"], ...fields }), TARGET, { id: "an-id", ...rest }),
  );

const problemsOf = (command: string[]) => {
  try {
    planned({ command });
  } catch (error) {
    if (error instanceof LaunchError) return error.problems;
  }
  return [];
};

test("puts the request's environment over the base and says what is taken away", () => {
  const baseEnvironment = { BASE: "base", OWN: "base", GONE: "base" };

  const plan = planned({ env: { OWN: "own", GONE: null } }, { baseEnvironment });

  expect(plan).toEqual({
    command: ["true"],
    env: { BASE: "base", OWN: "own", SLIPWAY_RUN_ID: "an-id" },
    unset: ["GONE"],
  });
});

test("cannot be talked out of the run's id", () => {
  const plan = planned({ env: { SLIPWAY_RUN_ID: null } });

  expect(plan).toMatchObject({ env: { SLIPWAY_RUN_ID: "an-id" }, unset: [] });
});

test("hands the trace on, unless the request has one of its own", () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  expect(planned({}, { traceparent }).env.TRACEPARENT).toBe(traceparent);
  expect(planned({ env: { TRACEPARENT: "own" } }, { traceparent }).env.TRACEPARENT).toBe("own");
});

test.each([
  [[], [{ path: "infrastructure.command", message: "Process cannot be run with empty command." }]],
  [["", "x"], [{ path: "infrastructure.command[0]", message: "names no program" }]],
])("refuses %j", (command, problems) => {
  expect(problemsOf(command)).toEqual(problems);
});
