import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { containerName, markName, parseMarkName } from "../../../../lib/backends/docker/names.ts";
import { hashRunId } from "../../../../lib/runs/names.ts";

const hash = hashRunId("some-run");

describe("a container's name", () => {
  // Prefect 2.2's own table for DockerContainer, with our hash behind.
  test.each([
    ["_flow_run", "flow_run"],
    ["...flow_run", "flow_run"],
    ["._-flow_run", "flow_run"],
    ["9flow-run", "9flow-run"],
    ["-flow.run", "flow.run"],
    ["flow*run", "flow-run"],
    ["flow9.-foo_bar^x", "flow9.-foo_bar-x"],
    ["My Flow!", "My-Flow"],
    ["Größe", "Grosse"],
    ["日本", "Ri-Ben"],
    ["🙂", "slipway"],
    ["", "slipway"],
    ["___", "slipway"],
    ["../../etc/passwd?force=true", "etc-passwd-force-true"],
  ])("of %j is %j and the hash", (name, base) => {
    expect(containerName({ name, hash })).toBe(`${base}-${hash}`);
  });

  test("needs no display name", () => {
    expect(containerName({ name: undefined, hash })).toBe(`slipway-${hash}`);
  });

  test("is one that the engine takes, and so are its marks', whatever the display name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (name) => {
        const container = containerName({ name, hash });

        expect(container).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
        expect(container.length).toBeLessThanOrEqual(250);
        expect(container.endsWith(`-${hash}`)).toBe(true);
        expect(markName(container, "done").length).toBeLessThanOrEqual(255);
        expect(parseMarkName(markName(container, "stop"))).toEqual({ container, mark: "stop" });
      }),
    );
  });

  test.each(["data", "data.done", `x-${hash}`, `x-${hash}.other`, `-${hash}.done`.slice(1)])(
    "the volume %j is no mark",
    (volume) => {
      expect(parseMarkName(volume)).toBeUndefined();
    },
  );
});
