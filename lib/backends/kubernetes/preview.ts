import { isRecord } from "../../runs/canonical-json.ts";
import type { KubernetesJobSpec } from "../../runs/infrastructure.ts";
import { isSecretName, mask, maskCredentials, REDACTED, secretValues } from "../../runs/redact.ts";
import type { Run } from "../../runs/run.ts";
import { dumpForKubectl } from "../../yaml/dump-yaml.ts";
import type { Preview } from "../backend.ts";
import { buildJob } from "./manifest/build-job.ts";

/** The Job as YAML, exactly what is sent, save that secrets are masked. Throws as `buildJob` does. */
export function previewJob(run: Run<KubernetesJobSpec>): Preview {
  const shown = maskSecrets(buildJob(run));
  return { language: "yaml", text: dumpForKubectl(shown) };
}

/** Any copy of a manifest as people may see it: values of secret variables, and what repeats them in a command. */
export function maskSecrets(manifest: unknown): unknown {
  return maskValue(manifest, secretsIn(manifest));
}

function maskValue(value: unknown, secrets: readonly string[], isCommand = false): unknown {
  if (typeof value === "string") return maskCredentials(isCommand ? mask(value, secrets) : value);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, secrets, isCommand));
  if (!isRecord(value)) return value;
  const hidden = isVariable(value) && isSecretName(value.name) && value.value ? ["value"] : [];
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      hidden.includes(key)
        ? REDACTED
        : maskValue(inner, secrets, isCommand || key === "command" || key === "args"),
    ]),
  );
}

function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (!isRecord(value)) return [];
  if (isVariable(value)) return secretValues({ [value.name]: value.value });
  return Object.values(value).flatMap(secretsIn);
}

/** An entry of a container's `env`; other lists have entries of the same form, and masking them, too, does no harm. */
function isVariable(value: Record<string, unknown>): value is { name: string; value: string } {
  return typeof value.name === "string" && typeof value.value === "string";
}
