import { canonicalJson, isRecord } from "../../../runs/canonical-json.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { quoteKey } from "../../../runs/quote.ts";
import { OUR_PREFIX } from "../labels.ts";
import { checkShape } from "./check-shape.ts";
import type { CreateBody } from "./create-request.ts";
import { CREATE_BODY } from "./create-schema.ts";
import { foldKey } from "./fold-key.ts";
import type { Shape } from "./shape.ts";

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
      return (
        ours &&
        `${quoteKey(ours)}: labels that begin with ${OUR_PREFIX} are kept for Slipway itself`
      );
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
  const found = [
    ...check(options, "", BODY_KEYS, spec),
    ...(isRecord(HostConfig) ? check(HostConfig, "HostConfig.", HOST_CONFIG_KEYS, spec) : []),
  ];
  const refused = new Set(found.map(({ path }) => path));
  const mistyped = checkShape(options, CREATE_BODY, AT).filter(({ path }) => !refused.has(path));
  problems.push(...found, ...mistyped.map(withOwnField));
  return problems.length > 0 ? base : (merge(base, withLists(options)) as CreateBody);
}

/** One string for a list of them is what engines before 29 take as well. */
function withLists(options: Readonly<Record<string, unknown>>, shapes: Shapes = CREATE_BODY) {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]): [string, unknown] => {
      if (shapes[key] === "strings" && typeof value === "string") return [key, [value]];
      const isHost = key === "HostConfig" && isRecord(value);
      return [key, isHost ? withLists(value, CREATE_BODY.HostConfig) : value];
    }),
  );
}

type Shapes = Readonly<Record<string, Shape>>;

const byFold = (shapes: object, ...more: string[]) =>
  new Map([...Object.keys(shapes), ...more].map((key) => [foldKey(key), key] as const));

const BODY_KEYS = byFold(CREATE_BODY, "name", "platform"); // these two are parameters of the call
const HOST_CONFIG_KEYS = byFold(CREATE_BODY.HostConfig);

/** Fields of ours that take a size as people write it. */
const SIZES: Readonly<Record<string, string>> = {
  Memory: "mem_limit",
  MemorySwap: "memswap_limit",
  ShmSize: "shm_size",
};

function withOwnField({ path, message }: Problem): Problem {
  const field = SIZES[path.replace(`${AT}.HostConfig.`, "")];
  return { path, message: field ? `${message}; ${field} takes sizes such as 512m` : message };
}

function check(
  options: Readonly<Record<string, unknown>>,
  prefix: string,
  known: ReadonlyMap<string, string>,
  spec: DockerContainerSpec,
): Problem[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const path = joinPath(prefix ? `${AT}.HostConfig` : AT, [key]);
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
