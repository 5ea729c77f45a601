import { isRecord } from "../../runs/canonical-json.ts";
import { findSecrets, namesSecret } from "../../runs/find-secrets.ts";
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

/** Any copy of a manifest as people may see it: without what is a secret by its name or by what its text says. */
export function maskSecrets(manifest: unknown): unknown {
  return maskValue(manifest, secretsOfVariables(manifest), "");
}

/** The value of a variable may be a word that stands in other places, too: outside of commands it is not looked for. */
function maskValue(value: unknown, variables: readonly string[], key: string): unknown {
  if (typeof value === "string") return maskText(value, COMMANDS.has(key) ? variables : []);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, variables, key));
  if (!isRecord(value)) return value;
  const isSecretVariable = isVariable(value) && isSecretName(value.name);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      maskText(name, []),
      isHidden(name, inner, key, isSecretVariable) ? REDACTED : maskValue(inner, variables, name),
    ]),
  );
}

const COMMANDS: ReadonlySet<string> = new Set(["command", "args"]);

/** Labels come back in results as they are. */
function isHidden(name: string, value: unknown, above: string, isSecretVariable: boolean) {
  if (typeof value !== "string" || value === "" || above === "labels") return false;
  return namesSecret(name) || (isSecretVariable && name === "value");
}

const maskText = (text: string, secrets: readonly string[]) =>
  maskCredentials(mask(text, [...secrets, ...findSecrets(text)]));

function secretsOfVariables(value: unknown): string[] {
  if (Array.isArray(value))
    return [...findSecrets(value.filter(isText)), ...value.flatMap(secretsOfVariables)];
  if (!isRecord(value)) return [];
  if (isVariable(value)) return secretValues({ [value.name]: value.value });
  return Object.values(value).flatMap(secretsOfVariables);
}

const isText = (value: unknown) => typeof value === "string";

/** An entry of a container's `env`; other lists have entries of the same form, and masking them, too, does no harm. */
function isVariable(value: unknown): value is { name: string; value: string } {
  return isRecord(value) && typeof value.name === "string" && typeof value.value === "string";
}
