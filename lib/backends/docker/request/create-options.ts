import { canonicalJson, isRecord } from "../../../runs/canonical-json.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { OUR_PREFIX } from "../labels.ts";
import { BODY_KEYS, foldKey, HOST_CONFIG_KEYS } from "./create-keys.ts";
import type { CreateBody } from "./create-request.ts";

const AT = "infrastructure.create_options";

type Rule = (value: unknown, spec: DockerContainerSpec) => string | undefined;
const instead =
  (field: string): Rule =>
  () =>
    `is set by the field ${field}`;

/** What the options may not say, each with what to do about it. */
const RULES = new Map<string, Rule>(
  Object.entries({
    Image: instead("image"),
    Env: instead("env"),
    name: instead("name"),
    platform: instead("platform"),
    Labels: (value) => {
      if (!isRecord(value)) return "must be an object";
      const ours = Object.keys(value).find((key) => key.startsWith(OUR_PREFIX));
      return ours && `${ours}: labels that begin with ${OUR_PREFIX} are kept for Slipway itself`;
    },
    HostConfig: (value) => (isRecord(value) ? undefined : "must be an object"),
    NetworkingConfig: (value) => (isRecord(value) ? undefined : "must be an object"),
    "HostConfig.AutoRemove": (value) =>
      value === false ? undefined : "must stay false: use auto_remove, which waits for the result",
    "HostConfig.RestartPolicy": (value) =>
      canonicalJson(value) === canonicalJson({ Name: "no" })
        ? undefined
        : 'must stay {"Name":"no"}: a run is started once',
    "HostConfig.NetworkMode": (_value, spec) =>
      spec.networks.length > 0
        ? "cannot be set together with networks; set one of them"
        : undefined,
  } satisfies Record<string, Rule>),
);

/**
 * The body with the request's `create_options` merged in: objects merge, lists in HostConfig are appended, LogConfig and
 * everything else replaces. What would break a promise is a problem. The engine reads keys in any case, so those it
 * knows are accepted in its own spelling only: else `autoremove` would get past us.
 */
export function applyCreateOptions(
  base: CreateBody,
  spec: DockerContainerSpec,
  problems: Problem[],
): CreateBody {
  const options = spec.create_options ?? {};
  const { HostConfig } = options;
  problems.push(
    ...check(options, "", BODY_KEYS, spec),
    ...(isRecord(HostConfig) ? check(HostConfig, "HostConfig.", HOST_CONFIG_KEYS, spec) : []),
  );
  return problems.length > 0 ? base : (merge(base, options) as CreateBody);
}

function check(
  options: Readonly<Record<string, unknown>>,
  prefix: string,
  known: ReadonlyMap<string, string>,
  spec: DockerContainerSpec,
): Problem[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const path = `${AT}.${prefix}${key}`;
    const exact = known.get(foldKey(key));
    if (exact !== undefined && exact !== key)
      return [{ path, message: `is spelled ${exact} in the engine's API` }];
    const message = RULES.get(prefix + key)?.(value, spec);
    return message === undefined ? [] : [{ path, message }];
  });
}

const REPLACED = new Set(["LogConfig", "RestartPolicy"]);

function merge(base: unknown, options: unknown, inHostConfig = false): unknown {
  if (inHostConfig && Array.isArray(base) && Array.isArray(options)) return [...base, ...options];
  if (!isRecord(base) || !isRecord(options)) return options;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(options))
    merged[key] =
      Object.hasOwn(base, key) && !REPLACED.has(key)
        ? merge(base[key], value, inHostConfig || key === "HostConfig")
        : value;
  return merged;
}
