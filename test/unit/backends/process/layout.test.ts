import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isRunDirectory, runsDirectory } from "../../../../lib/backends/process/layout.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";

test.each([
  ["what the configuration says", "/srv/runs", { HOME: "/home/me" }, "/srv/runs"],
  ["the user's state", undefined, { HOME: "/home/me" }, "/home/me/.local/state/slipway/runs"],
  ["XDG_STATE_HOME", undefined, { HOME: "/h", XDG_STATE_HOME: "/s" }, "/s/slipway/runs"],
  [
    "Lambda's one writable place",
    undefined,
    { HOME: "/home/sbx", AWS_LAMBDA_FUNCTION_NAME: "submit" },
    join(tmpdir(), "slipway", "runs"),
  ],
])("keeps runs in %s", (_, configured, env, expected) => {
  expect(runsDirectory(configured, env)).toBe(expected);
});

test("takes for a run only what is named as one", () => {
  expect(isRunDirectory(hashRunId("any id"))).toBe(true);
  for (const name of [".new-x", ".old-x", ".cache", "lost+found"])
    expect(isRunDirectory(name)).toBe(false);
});
