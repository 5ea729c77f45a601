import { isRecord } from "./canonical-json.ts";
import type { Spec } from "./infrastructure.ts";
import { isSecretName, secretValues } from "./redact.ts";

/** The secrets that a request carries: in its environment, in its credentials for a registry or a cluster. */
export function secretsOf(spec: Spec): string[] {
  const credentials = [
    spec.type === "docker-container" ? spec.image_registry : undefined,
    spec.type === "kubernetes-job" ? spec.cluster_config : undefined,
  ];
  return [...secretValues(spec.env), ...credentials.flatMap((it) => namedSecrets(it))];
}

/** Every text under the name of a secret, at any depth. */
function namedSecrets(value: unknown, isSecret = false): string[] {
  if (typeof value === "string") return isSecret ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => namedSecrets(item, isSecret));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => namedSecrets(inner, isSecretName(name)));
}
