import type { SecretResolver } from "../../../config/config.ts";
import { digestOf } from "../../../runs/canonical-json.ts";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { unavailable } from "../../../runs/launch-error.ts";
import type { PullProgress } from "../../dependencies.ts";
import type { Engine } from "../api/engine.ts";
import type { AuthConfig } from "../api/image-calls.ts";
import { authConfigOf, type Credentials } from "./credentials.ts";
import { explainLogin, type FindLogin, type FoundLogin, tryLogin } from "./found-login.ts";
import { lastStep, pullOnce } from "./pull-once.ts";

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

export interface PullerOptions {
  readonly secrets: SecretResolver;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** The login for an image whose request brings no credentials. */
  readonly findLogin?: FindLogin | undefined;
}

/** Pulls of one process: one at a time of the same image with the same credentials, however many runs want it. */
export function createPuller({
  secrets,
  onProgress = () => {},
  findLogin = async () => undefined,
}: PullerOptions): Puller {
  const underWay = new Map<
    string,
    { readonly done: Promise<void>; waiting: number; stop(): void }
  >();
  const tokens = new Map<string, AuthConfig>();

  function join(key: string, job: PullJob, login: FoundLogin) {
    const known = underWay.get(key);
    if (known) return known;
    const stop = new AbortController();
    const work = { ...job, signal: stop.signal };
    const done = job.credentials
      ? pullWithLogin(work, job.credentials, secrets, tokens, onProgress)
      : explainLogin(login, () => pullOnce(work, login.auth, onProgress));
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
      const login = job.credentials
        ? { auth: await authConfigOf(job.credentials, secrets) }
        : await tryLogin(job.image, findLogin);
      const entry = join(keyOf(job, login.auth), job, login);
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
  credentials: Credentials,
  secrets: SecretResolver,
  tokens: Map<string, AuthConfig>,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const { engine, image, signal } = job;
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

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(unavailable("there was no time left to wait for the image"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
