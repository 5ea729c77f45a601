import { createDockerBackend } from "../../../../lib/backends/docker/backend.ts";
import { dependencies } from "./docker-subject.ts";

const { run, way, options } = JSON.parse(process.env.VICTIM ?? "{}");

const backend = createDockerBackend(dependencies(way, options));
await backend.submit(run, AbortSignal.timeout(30_000));
process.exit(0);
