import { afterAll, beforeAll } from "vitest";
import { createDockerSubject } from "../integration/docker/support/docker-subject.ts";
import {
  type PrivateEngine,
  startPrivateEngine,
} from "../integration/docker/support/private-engine.ts";
import { type SshServer, startSshServer } from "../integration/docker/support/ssh-server.ts";
import { overSsh } from "../integration/docker/support/ways.ts";
import { describeWithEngine } from "../support/engines.ts";
import { defineBackendContract } from "./backend-contract.ts";

await describeWithEngine("docker", "Docker over ssh", () => {
  let engine: PrivateEngine;
  let server: SshServer;

  beforeAll(async () => {
    engine = await startPrivateEngine();
    server = await startSshServer();
  });
  afterAll(() => Promise.all([engine?.dispose(), server?.dispose()]));

  defineBackendContract("docker", async () =>
    createDockerSubject(engine.socket, overSsh(engine, server)),
  );
});
