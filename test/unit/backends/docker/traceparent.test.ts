import { expect, test } from "vitest";
import type { Container } from "../../../../lib/backends/docker/api/engine-answers.ts";
import { runOf } from "../../../../lib/backends/docker/judge/observed-run.ts";
import { factsOf } from "../../../../lib/backends/docker/labels.ts";
import { aRun, aSpec } from "../../../support/builders.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TARGET = { type: "docker-container", name: "default" } as const;

test.each([
  [["A=1", `TRACEPARENT=${TRACEPARENT}`], TRACEPARENT],
  [["A=1"], undefined],
])("a container's trace is that of its environment: %j", (Env, expected) => {
  const facts = factsOf(aRun(aSpec("docker-container", { image: "busybox:1" }), TARGET), []);
  const container = {
    Id: "id",
    Created: "2026-01-01T00:00:00Z",
    Config: { Env },
    State: { Status: "exited", StartedAt: "", FinishedAt: "" },
  } as unknown as Container;
  const evidence = { name: "name", marks: {}, container } as never;

  expect(runOf(facts, container, evidence, TARGET).traceparent).toBe(expected);
});
