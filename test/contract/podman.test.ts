import { afterAll, beforeAll } from "vitest";
import { createDockerSubject } from "../integration/docker/support/docker-subject.ts";
import {
  type PrivatePodman,
  startPrivatePodman,
} from "../integration/docker/support/private-podman.ts";
import { locally } from "../integration/docker/support/ways.ts";
import { describeWithEngine } from "../support/engines.ts";
import { defineBackendContract } from "./backend-contract.ts";

await describeWithEngine("podman", "Podman", () => {
  let engine: PrivatePodman;

  beforeAll(async () => {
    engine = await startPrivatePodman();
  });
  afterAll(() => engine?.dispose());

  // Its output is bytes. Each of its version answers starts five programs, which takes seconds where a machine is busy.
  defineBackendContract("docker", () =>
    createDockerSubject(engine.socket, locally(engine), { outputIsText: false, momentSeconds: 10 }),
  );
});
