import type { Spec } from "../runs/infrastructure.ts";
import { joinPath } from "../runs/problems.ts";
import type { Run } from "../runs/run.ts";
import type { Claim } from "./claim.ts";

/** What a request asks for before anything is built from it. */
export function requestClaims({ spec, key }: Run<Spec>): Claim[] {
  return [
    ...(spec.type === "process" ? processClaims(spec) : []),
    ...(spec.type === "process"
      ? []
      : [{ rule: "targets" as const, path: targetField(spec), value: key.target.name }]),
    ...credentialClaims(spec),
    { rule: "limit-timeout", path: "infrastructure.timeout_seconds", value: spec.timeout_seconds },
  ];
}

const targetField = ({ type }: Spec) =>
  type === "kubernetes-job" ? "infrastructure.cluster_config" : "infrastructure.docker_host";

function processClaims({ command, env }: Spec): Claim[] {
  const variables = Object.entries(env).filter(([, value]) => value !== null);
  return [
    { rule: "process-runs", path: "infrastructure.type", value: "process" },
    { rule: "commands", path: "infrastructure.command[0]", value: command[0] },
    ...variables.map(
      ([name, value]): Claim => ({
        rule: "env-names",
        path: joinPath("infrastructure.env", [name]),
        value: { name, value },
      }),
    ),
  ];
}

function credentialClaims(spec: Spec): Claim[] {
  if (spec.type === "kubernetes-job" && typeof spec.cluster_config === "object")
    return [inline("infrastructure.cluster_config", spec.cluster_config)];
  if (spec.type !== "docker-container" || typeof spec.image_registry !== "object") return [];
  const { registry_url: url } = spec.image_registry;
  const host = url && hostOf(url);
  const path = "infrastructure.image_registry";
  return [
    inline(path, spec.image_registry),
    ...(host === undefined
      ? []
      : [{ rule: "special-hosts" as const, path: `${path}.registry_url`, value: host }]),
  ];
}

const hostOf = (url: string) =>
  url
    .replace(/^[a-z][a-z0-9+.-]{0,30}:\/\//i, "")
    .replace(/[/?#\\].*$/s, "")
    .replace(/^.*@/s, "");

const inline = (path: string, value: object): Claim => ({
  rule: "inline-credentials",
  path,
  value,
});
