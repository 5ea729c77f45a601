import * as z from "zod/mini";
import type { SecretResolver } from "../../../config/config.ts";
import { digestOf } from "../../../runs/canonical-json.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import type { PullProgress } from "../../dependencies.ts";
import type { Engine } from "../api/engine.ts";
import type { AuthConfig } from "../api/image-calls.ts";
import { jsonLines } from "../api/json-lines.ts";
import { authConfigOf, type Credentials } from "./credentials.ts";
import { pullError } from "./pull-errors.ts";

export interface PullJob {
  readonly engine: Pick<Engine, "host" | "pull" | "login">;
  readonly image: ImageReference;
  readonly platform: string | undefined;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

export interface Puller {
  /** Pulls an image, or waits for the pull of the same that is under way. */
  pull(job: PullJob): Promise<void>;
}

/** Pulls of one process: one at a time of the same image with the same credentials, however many runs want it. */
export function createPuller(
  secrets: SecretResolver,
  onProgress: (progress: PullProgress) => void = () => {},
): Puller {
  const underWay = new Map<
    string,
    { readonly done: Promise<void>; waiting: number; stop(): void }
  >();
  const tokens = new Map<string, AuthConfig>();

  function join(key: string, job: PullJob) {
    const known = underWay.get(key);
    if (known) return known;
    const stop = new AbortController();
    const done = pullWithLogin({ ...job, signal: stop.signal }, secrets, tokens, onProgress);
    const entry = { done, waiting: 0, stop: () => stop.abort() };
    underWay.set(key, entry);
    const forget = () => {
      underWay.delete(key);
      onProgress(lastStep(job.image));
    };
    done.then(forget, forget);
    return entry;
  }

  return {
    async pull(job) {
      const auth = job.credentials && (await authConfigOf(job.credentials, secrets));
      const entry = join(keyOf(job, auth), job);
      entry.waiting++;
      try {
        await Promise.race([entry.done, aborted(job.signal)]);
      } finally {
        if (--entry.waiting === 0) entry.stop(); // nobody wants it any more; no-op where it is done
      }
    },
  };
}

const keyOf = ({ engine, image, platform }: PullJob, auth: object | undefined) =>
  digestOf([engine.host, image.text, platform ?? null, auth ?? null]);

async function pullWithLogin(
  job: PullJob,
  secrets: SecretResolver,
  tokens: Map<string, AuthConfig>,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const { credentials, engine, image, signal } = job;
  if (!credentials) return pullOnce(job, undefined, onProgress);
  const auth = await authConfigOf(credentials, secrets);
  const key = digestOf([engine.host, auth]);
  const token = credentials.reauth ? undefined : tokens.get(key);
  if (token) {
    const failure = await pullOnce(job, token, onProgress).catch((error) => error);
    if (failure === undefined) return;
    if (failure.code !== "ImageAuth") throw failure;
    tokens.delete(key); // it holds no longer
  }
  const identitytoken = await engine.login(image, auth, signal);
  const fresh = identitytoken ? { identitytoken, serveraddress: auth.serveraddress } : auth;
  if (identitytoken) tokens.set(key, fresh);
  return pullOnce(job, fresh, onProgress);
}

const ProgressLine = z.object({
  status: z._default(z.string(), ""),
  id: z.optional(z.string()),
  progressDetail: z.optional(
    z.object({ current: z.optional(z.number()), total: z.optional(z.number()) }),
  ),
  error: z.optional(z.string()),
  errorDetail: z.optional(z.object({ message: z.optional(z.string()) })),
});

/** The engine answers 200 and tells of failures in the stream. */
async function pullOnce(
  { engine, image, platform, signal }: PullJob,
  auth: AuthConfig | undefined,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const stream = await engine.pull(image, platform, auth, signal);
  try {
    for await (const value of jsonLines(stream)) {
      const line = ProgressLine.safeParse(value).data;
      const failure = line?.errorDetail?.message ?? line?.error;
      if (failure) throw pullError(image, failure, auth);
      if (line) onProgress(toProgress(image, line));
    }
    if (!stream.complete) throw new Error("the stream broke off");
  } catch (error) {
    if (error instanceof LaunchError) throw error;
    throw unavailable(`the pull of ${image.text} broke off`, { cause: error });
  }
}

function toProgress(image: ImageReference, line: z.infer<typeof ProgressLine>): PullProgress {
  return {
    image: image.text,
    layer: line.id,
    status: line.status,
    currentBytes: line.progressDetail?.current,
    totalBytes: line.progressDetail?.total,
    isLast: false,
  };
}

const lastStep = (image: ImageReference): PullProgress => ({
  image: image.text,
  layer: undefined,
  status: "",
  currentBytes: undefined,
  totalBytes: undefined,
  isLast: true,
});

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(unavailable("there was no time left to wait for the image"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
