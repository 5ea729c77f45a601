import { isRecord } from "../../../runs/canonical-json.ts";
import { PREFIX } from "../markers.ts";
import { absent, exactly, integer, type JobRule, object } from "./job-rule.ts";
import { parsePointer, toPointer, valueAt } from "./json-pointer.ts";

const MAX_INT32 = 2_147_483_647;

/** Thirty years: what nobody means to outlive. */
const MAX_TTL_SECONDS = 999_999_999;

/** The watcher keeps the pods of a Job in memory while it judges it. */
const MAX_PODS = 10_000;

/** So long can a pod hold up its own cancellation, in seconds. */
const MAX_GRACE_SECONDS = 86_400;

/** Where texts stand by names. */
const TEXTS = [
  "/metadata/labels",
  "/metadata/annotations",
  "/spec/template/metadata/labels",
  "/spec/template/metadata/annotations",
];

const SET_BY_CLUSTER = [
  "/metadata/uid",
  "/metadata/resourceVersion",
  "/metadata/generation",
  "/metadata/creationTimestamp",
  "/metadata/deletionTimestamp",
  "/metadata/deletionGracePeriodSeconds",
  "/metadata/selfLink",
  "/metadata/managedFields",
  "/status",
];

/** The shape that everything else relies on; checked first. */
export const SHAPE_RULES: readonly JobRule[] = [
  exactly("/apiVersion", "batch/v1"),
  exactly("/kind", "Job"),
  object("/metadata"),
  object("/spec"),
  object("/spec/template"),
  object("/spec/template/spec"),
  {
    pointer: "/spec/template/spec/containers",
    expected: "a list of containers with names",
    required: true,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((it) => isRecord(it) && typeof it.name === "string"),
  },
];

export const JOB_RULES: readonly JobRule[] = [
  absent("/metadata/generateName", "the name derives from the run's id, with `name` in front"),
  absent("/metadata/finalizers", "a Job that others hold cannot be removed after its retention"),
  absent("/metadata/ownerReferences", "the cluster would remove the Job with its owner"),
  ...SET_BY_CLUSTER.map((pointer) => absent(pointer, "the cluster sets it")),
  { ...object("/spec/template/metadata"), required: false },
  ...TEXTS.map((pointer) => ({ ...object(pointer), required: false })),
  absent("/spec/template/metadata/finalizers", "pods that others hold can never be removed"),
  {
    pointer: "/spec/managedBy",
    expected: "kubernetes.io/job-controller: no other is known to run it",
    accepts: (value) => value === "kubernetes.io/job-controller",
  },
  {
    pointer: "/spec/manualSelector",
    expected: "false: the Job would take over pods of others",
    accepts: (value) => value === false,
  },
  absent("/spec/selector", "the cluster sets it, lest the Job take over pods of others"),
  {
    pointer: "/spec/suspend",
    expected: "true or false",
    accepts: (value) => typeof value === "boolean",
  },
  integer("/spec/parallelism", 1, MAX_PODS),
  integer("/spec/completions", 1, MAX_PODS),
  integer("/spec/backoffLimit", 0, MAX_INT32),
  integer("/spec/activeDeadlineSeconds", 1, MAX_INT32),
  integer("/spec/ttlSecondsAfterFinished", 0, MAX_TTL_SECONDS),
  {
    pointer: "/spec/template/spec/restartPolicy",
    expected: "Never or OnFailure: a Job must be able to end",
    required: true,
    accepts: (value) => value === "Never" || value === "OnFailure",
  },
  integer("/spec/template/spec/activeDeadlineSeconds", 1, MAX_INT32),
  integer("/spec/template/spec/terminationGracePeriodSeconds", 0, MAX_GRACE_SECONDS),
];

/** For each label and annotation that a manifest has. */
export function textRules(manifest: unknown): JobRule[] {
  return TEXTS.flatMap((pointer) => {
    const keys = parsePointer(pointer);
    const texts = valueAt(manifest, keys);
    return Object.keys(isRecord(texts) ? texts : {}).map((name) => textRule([...keys, name], name));
  });
}

function textRule(keys: readonly string[], name: string): JobRule {
  const isOurs = name.startsWith(PREFIX);
  return {
    pointer: toPointer(keys),
    expected: isOurs ? `none: ${PREFIX} is for Slipway to set` : "a text",
    required: true,
    accepts: (value) => typeof value === "string" && !isOurs,
  };
}

/** The shortcuts set the name last: only a customization can change it, and one in the base would be hidden. */
export const nameRule = (name: string, required = false): JobRule => ({
  pointer: "/metadata/name",
  expected: `none: it is ${name}, made of the run's id with \`name\` in front`,
  required,
  accepts: (value) => value === name,
});

export const namespaceRule = (namespace: string): JobRule => ({
  pointer: "/metadata/namespace",
  expected: `${namespace}, as in the request's own field namespace`,
  required: true,
  accepts: (value) => value === namespace,
});
