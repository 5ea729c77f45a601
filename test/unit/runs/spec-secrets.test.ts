import { expect, test } from "vitest";
import { LaunchError, withoutSecrets } from "../../../lib/runs/launch-error.ts";
import { parseSpec } from "../../../lib/runs/request.ts";
import { secretsOf } from "../../../lib/runs/spec-secrets.ts";

const env = { TOKEN: "t0ken", DB: "postgres://u:hunter2@db", HOME: "/root", KEY: null };

test.each([
  [{ type: "process", env }, ["t0ken", "hunter2"]],
  [
    {
      type: "docker-container",
      image: "x",
      image_registry: { username: "u", password: "pa:ss word" },
    },
    ["pa:ss word"],
  ],
  [
    {
      type: "kubernetes-job",
      cluster_config: {
        users: [{ name: "u", user: { token: "t0ken", "client-key-data": "k3y" } }],
      },
    },
    ["t0ken", "k3y"],
  ],
  [{ type: "kubernetes-job", cluster_config: "prod" }, []],
])("the secrets of %j are %j", (spec, secrets) => {
  expect(secretsOf(parseSpec(spec))).toEqual(secrets);
});

test("an error hides secrets in all it shows, down to its last cause", () => {
  const cause = new Error("answer: hunter2", { cause: new TypeError("hunter2") });
  const error = new LaunchError("ConfigError", "it says hunter2", {
    retryable: true,
    retryAfterMs: 5,
    hint: "not hunter2",
    problems: [{ path: "a.hunter2", message: "got hunter2" }],
    cause: Object.assign(cause, { body: "hunter2" }),
  });

  const hidden = withoutSecrets(error, ["hunter2"]);

  expect(hidden).toMatchObject({ code: "ConfigError", retryable: true, retryAfterMs: 5 });
  expect(hidden.message).toBe("it says [redacted]");
  expect(hidden.problems).toEqual([{ path: "a.[redacted]", message: "got [redacted]" }]);
  expect(JSON.stringify([hidden, hidden.cause, Object(hidden.cause).cause])).not.toContain(
    "hunter2",
  );
  expect(`${hidden.stack}${Object(hidden.cause).stack}`).not.toContain("hunter2");
});
