import { isRecord } from "../runs/canonical-json.ts";
import { findSecrets } from "../runs/find-secrets.ts";
import { mask, maskEnvironment, REDACTED, Secret } from "../runs/redact.ts";
import type { Config } from "./config.ts";
import { referencesIn } from "./references.ts";

/** The configuration as it takes effect, for people: references as written, the secrets themselves masked. */
export function showConfig(config: Config): unknown {
  const shown = showValue(config) as Record<string, unknown>;
  return maskTexts({
    ...shown,
    environment: maskUnlessReference(config.environment),
    infrastructures: Object.fromEntries(
      Object.entries(config.infrastructures).map(([name, fields]) => [name, showFields(fields)]),
    ),
  });
}

/** Whatever a text says to be a secret, in whichever field; a list of texts may be a command. */
function maskTexts(value: unknown, secrets: readonly string[] = []): unknown {
  if (typeof value === "string") return mask(value, [...secrets, ...findSecrets(value)]);
  if (Array.isArray(value)) {
    const inside = [...secrets, ...findSecrets(value)];
    return value.map((item) => maskTexts(item, inside));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      maskTexts(key) as string,
      maskTexts(inner, secrets),
    ]),
  );
}

function showValue(value: unknown): unknown {
  if (value instanceof Secret) return isReference(value.reveal()) ? value.reveal() : REDACTED;
  if (Array.isArray(value)) return value.map(showValue);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, showValue(inner)]));
}

/** A text that is one reference and nothing besides gives nothing away. */
function isReference(text: string): boolean {
  const [first] = referencesIn(text);
  return first?.text === text;
}

function maskUnlessReference(environment: Readonly<Record<string, string>>) {
  const masked = maskEnvironment(environment);
  return Object.fromEntries(
    Object.entries(environment).map(([name, text]) => [
      name,
      isReference(text) ? text : masked[name],
    ]),
  );
}

/** What a request may carry in the clear is masked as its preview masks it. */
function showFields(fields: Readonly<Record<string, unknown>>): unknown {
  const { env, image_registry: registry } = fields;
  const rest = maskTexts(fields, findSecrets(fields)) as Record<string, unknown>;
  return {
    ...rest,
    ...(isRecord(env) ? { env: maskEnvironment(env) } : {}),
    ...(isRecord(registry) ? { image_registry: maskEnvironment(registry) } : {}),
    ...(isRecord(fields.cluster_config) ? { cluster_config: REDACTED } : {}),
  };
}
