import { createProcessBackend } from "../../../../lib/backends/process/backend.ts";
import { dependencies } from "./process-subject.ts";

const { run, root, options } = JSON.parse(process.env.VICTIM ?? "{}");
const { VICTIM: _, ...env } = process.env;

const backend = createProcessBackend({ ...dependencies(root, options), env });
await backend.submit({ ...run, spec: run.spec }, AbortSignal.timeout(10_000));
process.exit(0);
