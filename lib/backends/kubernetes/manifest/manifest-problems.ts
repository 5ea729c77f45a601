import { isRecord } from "../../../runs/canonical-json.ts";
import type { KubernetesJobSpec, PatchOperation } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import type { Run } from "../../../runs/run.ts";
import { mainContainer } from "../main-container.ts";
import { jobName } from "../names.ts";
import type { JobRule } from "./job-rule.ts";
import { JOB_RULES, nameRule, namespaceRule, SHAPE_RULES, textRules } from "./job-rules.ts";
import { isWithin, parsePointer, quotePointer, valueAt } from "./json-pointer.ts";

/** What of the base manifest the shortcuts would hide, and must not. */
export function baseProblems(base: unknown, { key }: Run<KubernetesJobSpec>): Problem[] {
  return broken([nameRule(jobName(key))], base, []);
}

/** What of the base manifest the shortcuts hide as they did in Prefect 2.2, which said nothing of it. */
export function baseWarnings(base: unknown, { namespace }: KubernetesJobSpec): string[] {
  const hidden = valueAt(base, ["metadata", "namespace"]) ?? namespace;
  if (hidden === namespace) return [];
  return [
    `the base manifest's namespace ${quote(hidden)} gave way to the field namespace, which is ${quote(namespace)}`,
  ];
}

/** What of a patched manifest would break our promises, each by its place. */
export function manifestProblems(manifest: unknown, run: Run<KubernetesJobSpec>): Problem[] {
  const { customizations, namespace } = run.spec;
  const shape = broken(SHAPE_RULES, manifest, customizations);
  if (shape.length > 0) return shape;
  const own = [nameRule(jobName(run.key), true), namespaceRule(namespace)];
  const rules = [...JOB_RULES, ...textRules(manifest), ...own];
  return [
    ...broken(rules, manifest, customizations),
    ...imageProblems(manifest),
    ...indexedNameProblems(manifest, run),
  ];
}

function broken(
  rules: readonly JobRule[],
  manifest: unknown,
  customizations: readonly PatchOperation[],
): Problem[] {
  return rules.flatMap((rule) => {
    const { expected, required, accepts } = rule;
    const keys = keysOf(rule);
    const value = valueAt(manifest, keys);
    if (value == null ? !required : accepts(value)) return [];
    const found = value == null ? "is missing" : `is ${quote(value, keys)}`;
    const path = originOf(keys, customizations);
    return [{ path, message: `${quotePointer(keys)} ${found}; expected ${expected}` }];
  });
}

/** Most rules are the same for every run. */
const KEYS = new WeakMap<JobRule, readonly string[]>();

function keysOf(rule: JobRule): readonly string[] {
  const known = KEYS.get(rule);
  if (known) return known;
  const keys = parsePointer(rule.pointer);
  KEYS.set(rule, keys);
  return keys;
}

/** The customization that had the last word about a place, or else the base manifest. */
function originOf(keys: readonly string[], customizations: readonly PatchOperation[]): string {
  const index = customizations.findLastIndex((operation) => {
    const path = parsePointer(operation.path);
    return operation.op !== "test" && (isWithin(keys, path) || isWithin(path, keys));
  });
  return index < 0 ? "infrastructure.job" : `infrastructure.customizations[${index}]`;
}

const CONTAINERS = ["spec", "template", "spec", "containers"];

/** Leading dashes are somebody's options, white space is nobody's image. */
const UNUSABLE_IMAGE = /^-|[\s\p{Cc}]/u;

function imageProblems(manifest: unknown): Problem[] {
  const containers = valueAt(manifest, CONTAINERS) as Record<string, unknown>[];
  const main = mainContainer(containers);
  const path = "infrastructure.image";
  if (!main?.image)
    return [{ path, message: "is required: neither the base manifest nor a patch gives one" }];
  if (typeof main.image === "string" && !UNUSABLE_IMAGE.test(main.image)) return [];
  return [
    {
      path,
      message: `expected the reference of an image, got ${quote(main.image, [], "address")}`,
    },
  ];
}

const MAX_HOST_NAME = 63;

/** The pods of an Indexed Job are named by its name and their index, which must fit a host name. */
function indexedNameProblems(manifest: unknown, { key }: Run<KubernetesJobSpec>): Problem[] {
  const spec = valueAt(manifest, ["spec"]);
  if (!isRecord(spec) || spec.completionMode !== "Indexed") return [];
  const indexes = `-${Number(spec.completions ?? 1) - 1}`;
  const excess = jobName(key).length + indexes.length - MAX_HOST_NAME;
  if (excess <= 0) return [];
  const message = `is too long by ${excess} for an Indexed Job of ${spec.completions} completions`;
  return [{ path: "infrastructure.name", message }];
}
