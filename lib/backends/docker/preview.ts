import { isRecord } from "../../runs/canonical-json.ts";
import { findSecrets } from "../../runs/find-secrets.ts";
import type { DockerContainerSpec } from "../../runs/infrastructure.ts";
import {
  isSecretName,
  mask,
  maskCredentials,
  maskEnvironment,
  REDACTED,
} from "../../runs/redact.ts";
import { secretsOf } from "../../runs/spec-secrets.ts";
import type { CreateRequest } from "./request/create-request.ts";

/** What a submission sends, as JSON, secrets masked wherever they stand. */
export function previewText(
  request: CreateRequest,
  spec: DockerContainerSpec,
  dockerHost: string,
): string {
  const { name, platform, pullPolicy, body } = request;
  const shown = {
    name,
    docker_host: dockerHost,
    image_pull_policy: pullPolicy,
    image_registry: spec.image_registry ?? null,
    networks: spec.networks,
    auto_remove: spec.auto_remove,
    ...(platform && { platform }),
    create: { ...body, Env: body.Env.map(maskVariable) },
  };
  const { Labels: _, ...rest } = body; // they come back in results as they are
  const secrets = [...findSecrets(rest), ...secretsOf(spec)];
  const maskText = (text: string) => maskCredentials(mask(text, secrets));
  const masked = (key: string, value: unknown) => {
    if (isRecord(value)) return mapKeys(value, maskText);
    if (typeof value !== "string") return value;
    return isSecretName(key) && value !== "" ? REDACTED : maskText(value);
  };
  return JSON.stringify(shown, masked, 2);
}

const mapKeys = (record: Record<string, unknown>, change: (key: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [change(key), value]));

function maskVariable(variable: string): string {
  const at = variable.indexOf("=");
  const [[name, value] = []] = Object.entries(
    maskEnvironment({ [variable.slice(0, at)]: variable.slice(at + 1) }),
  );
  return `${name}=${value}`;
}
