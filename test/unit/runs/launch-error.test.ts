import { describe, expect, test } from "vitest";
import { CauseCode, causeOf } from "../../../lib/runs/cause.ts";
import { invalid, LaunchError, refused, unavailable } from "../../../lib/runs/launch-error.ts";

test.each(CauseCode.options)(
  "the cause %s says who can mend it and whether to send it again",
  (code) => {
    const error = new LaunchError(code, "it broke");

    expect(error.toCause()).toEqual({ ...causeOf(code, "it broke"), retryable: false });
  },
);

test("an engine that does not answer may answer later", () => {
  const reason = new Error("ECONNREFUSED");

  expect(unavailable("no answer", { cause: reason, retryAfterMs: 5 })).toMatchObject({
    code: "EngineLost",
    retryable: true,
    retryAfterMs: 5,
    cause: reason,
  });
});

describe("a refusal", () => {
  test("says where and what", () => {
    const problems = [
      { path: "id", message: "is required" },
      { path: "", message: "the message body is empty" },
    ];

    expect(invalid(problems)).toMatchObject({
      code: "Invalid",
      retryable: false,
      message: "id: is required; the message body is empty",
      problems,
    });
    expect(refused("Denied", problems).code).toBe("Denied");
  });

  test("is cut where it is longer than anybody reads", () => {
    const problem = { path: "p".repeat(10_000), message: "m".repeat(10_000) };

    const error = invalid([problem]);

    expect(error.problems[0]?.path).toHaveLength(300);
    expect(error.problems[0]?.message).toHaveLength(1_000);
  });

  test("shows no password of a URL", () => {
    const error = invalid([{ path: "a", message: "got tcp://u:hunter2@host" }]);

    expect(error.message).toBe("a: got tcp://u:[redacted]@host");
  });
});
