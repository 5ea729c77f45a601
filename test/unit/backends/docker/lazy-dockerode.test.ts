import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs in a process of its own, and tells after each step whether dockerode is loaded. */
const PROGRAM = `
  import { createRequire } from "node:module";
  import { createDockerBackend } from "./lib/backends/docker/backend.ts";
  import { createProcessBackend } from "./lib/backends/process/backend.ts";
  import { aRun, aSpec, someBackendDependencies } from "./test/support/builders.ts";

  const { cache } = createRequire(process.cwd() + "/x.js");
  const isLoaded = () => Object.keys(cache).some((path) => path.includes("/docker-modem/"));
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
  const deps = someBackendDependencies({ env });
  createProcessBackend(deps);
  const docker = createDockerBackend(deps);
  const target = { type: "docker-container", name: "default" };
  docker.preview(aRun(aSpec("docker-container", { image: "busybox:1" }), target));
  const before = isLoaded();
  await docker.find(target, "x", AbortSignal.timeout(5_000)).catch(() => undefined);
  console.log(JSON.stringify({ before, after: isLoaded() }));
`;

test("dockerode is loaded by the first call to an engine, not by a process run or a preview", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    PROGRAM,
  ]);

  expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
});
