import { randomUUID } from "node:crypto";
import { findSecrets } from "../../runs/find-secrets.ts";
import type { ProcessSpec } from "../../runs/infrastructure.ts";
import type { Run, RunKey } from "../../runs/run.ts";
import { FILES } from "./layout.ts";
import { planOf } from "./plan.ts";
import { identify, type ProcessIdentity } from "./process-identity.ts";
import type { ClaimRecord, RequestRecord } from "./records.ts";
import { type Contents, createRunDirectory } from "./run-directory.ts";

/** Makes the run, not yet started; false where its name is taken. The grace is that of its deadline. Throws `Invalid`. */
export function createRun(
  path: string,
  run: Run<ProcessSpec>,
  graceSeconds: number,
): Promise<boolean> {
  const launch = planOf(run);
  const { labels, stream_output, timeout_seconds } = run.spec;
  const request: RequestRecord = {
    ...newRequest(run.key),
    digest: run.digest,
    labels,
    secrets: findSecrets(launch),
    streamOutput: stream_output,
    ...(run.traceparent === undefined ? {} : { traceparent: run.traceparent }),
    ...(timeout_seconds === undefined
      ? {}
      : { limit: { timeoutSeconds: timeout_seconds, graceSeconds } }),
  };
  return create(path, { [FILES.request]: request, [FILES.launch]: launch });
}

/** Makes a run that never starts; false where its name is taken. */
export function createTombstone(path: string, key: RunKey, fence: ClaimRecord): Promise<boolean> {
  return create(path, { [FILES.request]: newRequest(key), [FILES.claim]: fence });
}

const create = (path: string, contents: Contents) => createRunDirectory(path, contents);

function newRequest({ id, name }: RunKey): RequestRecord {
  return {
    version: 1,
    id,
    ...(name === undefined ? {} : { name }),
    digest: null,
    uid: randomUUID(),
    createdAt: new Date().toISOString(),
    creator: ownIdentity(),
    labels: {},
    secrets: [],
    streamOutput: false,
  };
}

function ownIdentity(): ProcessIdentity {
  const own = identify();
  if (!own) throw new Error("This process cannot find itself: /proc or ps is missing.");
  return own;
}
