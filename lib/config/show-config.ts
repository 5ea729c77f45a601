import { isRecord } from "../runs/canonical-json.ts";
import { maskEnvironment, REDACTED, Secret } from "../runs/redact.ts";
import type { Config } from "./config.ts";
import { referencesIn } from "./references.ts";

/** The configuration as it takes effect, for people: references as written, the secrets themselves masked. */
export function showConfig(config: Config): unknown {
  const shown = showValue(config) as Record<string, unknown>;
  return {
    ...shown,
    environment: maskUnlessReference(config.environment),
    infrastructures: Object.fromEntries(
      Object.entries(config.infrastructures).map(([name, fields]) => [name, showFields(fields)]),
    ),
  };
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
  return {
    ...fields,
    ...(isRecord(env) ? { env: maskEnvironment(env) } : {}),
    ...(isRecord(registry) ? { image_registry: maskEnvironment(registry) } : {}),
    ...(isRecord(fields.cluster_config) ? { cluster_config: REDACTED } : {}),
  };
}
