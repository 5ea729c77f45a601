import { afterAll, beforeAll } from "vitest";
import { createDockerSubject } from "../integration/docker/support/docker-subject.ts";
import {
  type PrivateEngine,
  startPrivateEngine,
} from "../integration/docker/support/private-engine.ts";
import { locally } from "../integration/docker/support/ways.ts";
import { describeWithEngine } from "../support/engines.ts";
import { defineBackendContract } from "./backend-contract.ts";

await describeWithEngine("docker", "Docker", () => {
  let engine: PrivateEngine;

  beforeAll(async () => {
    engine = await startPrivateEngine();
  });
  afterAll(() => engine?.dispose());

  defineBackendContract("docker", () => createDockerSubject(engine.socket, locally(engine)));
});
