import { describe, expect, test } from "vitest";
import { checkPolicy, createPolicyGate } from "../../../lib/policy/check-policy.ts";
import { Policy } from "../../../lib/policy/policy.ts";
import { aRun, aSpec } from "../../support/builders.ts";
import { aPolicy } from "../../support/policies.ts";

const target = { type: "process" as const, name: "default" };
const inLambda = { AWS_LAMBDA_FUNCTION_NAME: "submit" };

function denials(policy: Record<string, unknown>, fields = {}, env = {}) {
  const run = aRun(aSpec("process", { command: ["/usr/bin/python3", "x.py"], ...fields }), target);
  return checkPolicy(aPolicy(policy, env), { run });
}

const denied = (rule: string, path: string) =>
  expect.objectContaining({ path, message: expect.stringContaining(`rule ${rule} (`) });

test("processes run on a machine, and in a function where the operator turns them on", () => {
  expect(denials({})).toEqual([]);
  expect(denials({ process_runs: true }, {}, inLambda)).toEqual([]);
  expect(denials({}, {}, { ...inLambda, IS_LOCAL: "true" })).toEqual([]);
  expect(denials({}, {}, inLambda)).toEqual([denied("process-runs", "infrastructure.type")]);
  expect(denials({ process_runs: false })).toEqual([denied("process-runs", "infrastructure.type")]);
});

describe("a process", () => {
  test("of another program is denied", () => {
    expect(denials({ commands: ["/opt/flows/**"] })).toEqual([
      denied("commands", "infrastructure.command[0]"),
    ]);
  });

  test("longer than it may is denied", () => {
    const limits = { timeout_seconds: 60 };

    expect(denials({ limits }, { timeout_seconds: 61 })).toEqual([
      denied("limit-timeout", "infrastructure.timeout_seconds"),
    ]);
  });

  test.each(["LD_PRELOAD", "NODE_OPTIONS", "PATH", "AWS_SECRET_ACCESS_KEY", "BASH_ENV"])(
    "that sets %s is denied, and the value not shown",
    (name) => {
      const found = denials({ profile: "baseline" }, { env: { [name]: "c4n4ry" } });

      expect(found).toEqual([denied("env-names", `infrastructure.env.${name}`)]);
      expect(JSON.stringify(found)).not.toContain("c4n4ry");
    },
  );

  test("of a listed program passes, and may take variables away", () => {
    expect(
      denials({ profile: "baseline", commands: ["/usr/bin/*"] }, { env: { PATH: null } }),
    ).toEqual([]);
  });
});

test("a denial names its rule, its place, the value and what was expected", () => {
  const gate = createPolicyGate(Policy.parse({ commands: ["python"] }), {});
  const run = aRun(aSpec("process", { command: ["sh"] }), target);

  expect(() => gate({ run })).toThrow(
    expect.objectContaining({
      code: "Denied",
      retryable: false,
      problems: [
        {
          path: "infrastructure.command[0]",
          message:
            'is denied by the policy\'s rule commands (profile trusted): got "sh", expected one of python',
        },
      ],
    }),
  );
});
