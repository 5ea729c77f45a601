import { isRecord } from "../runs/canonical-json.ts";
import { LaunchError } from "../runs/launch-error.ts";
import { quote } from "../runs/quote.ts";
import { Secret } from "../runs/redact.ts";
import type { SecretResolver } from "./config.ts";
import { type ReadText, readLocalReference, readTextFile } from "./read-local-reference.ts";
import { isRemote, type Reference, referencesIn, replaceReferences } from "./references.ts";

/** Secrets Manager and the Parameter Store. Both throw a LaunchError `ConfigError` that says why, never what. */
export interface RemoteSecrets {
  secret(name: string): Promise<string>;
  ssm(name: string): Promise<string>;
}

interface Options {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readText?: ReadText;
  /** Loads what talks to AWS; called by the first reference that needs it, never before. */
  readonly loadRemote?: () => Promise<RemoteSecrets>;
  /** How long a value read from AWS is used before it is read again: so long a rotated secret may still be the old one. */
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

const FIVE_MINUTES_MS = 300_000;

/** Reads the references of secret texts where they are used. Values of AWS are kept for a while, local ones never. */
export function createSecretResolver({
  env = process.env,
  readText = readTextFile,
  loadRemote = loadAwsParameters,
  maxAgeMs = FIVE_MINUTES_MS,
  now = Date.now,
}: Options = {}): SecretResolver {
  const local = { env, readText, directory: undefined };
  const remote = keepFor(maxAgeMs, now, async ({ scheme, name }: Reference) => {
    const stores = await loadRemote();
    return scheme === "ssm" ? stores.ssm(name) : stores.secret(name);
  });
  const read = async (reference: Reference): Promise<[string, string]> => {
    const source = isRemote(reference) ? remote : readLocalReference;
    try {
      return [reference.text, fieldOf(await source(reference, local), reference)];
    } catch (error) {
      return explain(reference, error);
    }
  };
  return {
    async resolve(secret) {
      const text = secret.reveal();
      const values = new Map(await Promise.all(referencesIn(text).map(read)));
      return replaceReferences(text, (reference) => values.get(reference.text));
    },
  };
}

/** The configuration's `environment` with its references read; what a run's base environment takes from it. */
export async function resolveEnvironment(
  environment: Readonly<Record<string, string>>,
  secrets: SecretResolver,
): Promise<Record<string, string>> {
  const entries = Object.entries(environment).map(async ([name, text]) => [
    name,
    await secrets.resolve(new Secret(text)),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function loadAwsParameters(): Promise<RemoteSecrets> {
  const { createAwsParameters } = await import("./aws-parameters.ts");
  return createAwsParameters();
}

interface Kept {
  readonly value: Promise<string>;
  readonly readAtMs: number;
}

/** One call for everybody who asks at the same time; a failed one is not kept. */
function keepFor(
  maxAgeMs: number,
  now: () => number,
  read: (reference: Reference) => Promise<string>,
): (reference: Reference) => Promise<string> {
  const kept = new Map<string, Kept>();
  return (reference) => {
    const key = `${reference.scheme}:${reference.name}`;
    const known = kept.get(key);
    if (known && now() - known.readAtMs < maxAgeMs) return known.value;
    const value = read(reference);
    kept.set(key, { value, readAtMs: now() });
    value.catch(() => kept.delete(key));
    return value;
  };
}

/**
 * A secret that cannot be read now may be there in a moment: only the operator writes references, and can still create
 * what they name, or grant access. No request is to blame for it.
 */
function explain({ text }: Reference, error: unknown): never {
  const reason = error instanceof LaunchError ? error.message : "it could not be read";
  throw new LaunchError("ConfigError", reason.includes(text) ? reason : `${text}: ${reason}`, {
    retryable: true,
    hint: "Check that it exists and that whoever runs this may read it.",
    cause: error,
  });
}

function fieldOf(value: string, reference: Reference): string {
  if (reference.field === undefined) return value;
  const field = parseObject(value)?.[reference.field];
  if (typeof field === "string" || typeof field === "number") return String(field);
  const message = `${reference.text}: it is no JSON object with a text under ${quote(reference.field)}`;
  throw new LaunchError("ConfigError", message);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
