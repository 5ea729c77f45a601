import { describe, expect, test } from "vitest";
import { refused } from "../../../../lib/backends/docker/api/refusal.ts";

describe("an order that the engine answers with status 500", () => {
  const judge = (message: string) =>
    refused("unix:///x", "create the container", {
      status: 500,
      body: { message },
      retryAfterMs: undefined,
    });

  test.each([
    "invalid mode: readonly",
    "invalid volume specification: '/tmp:x'",
    "json: cannot unmarshal string into Go struct field HostConfig.HostConfig.Memory of type int64",
    "Unknown option x",
    "--storage-opt is supported only for overlay over xfs with 'pquota' mount option",
    "Invalid isolation: \"bogus\" - linux only supports 'default'",
    'invalid --security-opt 2: "timeout=x"',
  ])("is refused for good where the request is at fault: %s", (message) => {
    expect(judge(message)).toMatchObject({ code: "ConfigError", retryable: false });
  });

  test.each([
    "open /var/lib/docker/tmp/invalid: no space left on device",
    "error creating overlay mount: invalid argument: no space left on device",
    "fork/exec /usr/bin/runc: resource temporarily unavailable",
    "open /etc/x: too many open files",
    "context deadline exceeded",
    "layer does not exist",
    'could not lock "unknown thing"',
    "something that nobody has seen yet",
  ])("is tried again where the machine is in trouble: %s", (message) => {
    expect(judge(message)).toMatchObject({ code: "EngineLost", retryable: true });
  });
});
