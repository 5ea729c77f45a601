import { isRecord } from "../../../runs/canonical-json.ts";
import { findSecrets } from "../../../runs/find-secrets.ts";
import { hashRunId } from "../../../runs/names.ts";
import type { ObservedRun } from "../../../runs/observation.ts";
import type { Job } from "../api/api-types.ts";
import { ANNOTATIONS, MARKER_VERSION, OPEN_LABEL, PREFIX, RUN_LABEL } from "../markers.ts";
import { terminalCondition } from "./conditions.ts";
import type { KnownLog } from "./log-source.ts";

/** A run as its Job shows it, with what settling needs besides. */
export interface KubernetesRun extends ObservedRun {
  /** `ttlSecondsAfterFinished` as the request had it; undefined where it had none. */
  readonly ttlSeconds: number | undefined;
  /** The Job is finished, so that the cluster removes it by itself once it has a TTL. */
  readonly finished: boolean;
  /** Of a run that has ended: where its output is, so that reading it takes one call; undefined where that was not seen. */
  readonly log?: KnownLog | undefined;
}

/** What a Job says of its run. Somebody may have changed it behind our back: then it is described as far as it goes. */
export function readRun(job: Job, target: string): KubernetesRun {
  const { name = "", namespace = "", labels = {}, annotations = {} } = job.metadata ?? {};
  const id = annotations[ANNOTATIONS.id];
  const hash = labels[RUN_LABEL] ?? "";
  const variables = variablesOf(job);
  return {
    key: {
      id: id ?? name,
      hash,
      target: { type: "kubernetes-job", name: target },
      name: annotations[ANNOTATIONS.name],
      namespace,
    },
    identifier: `${namespace}/${name}`,
    uid: job.metadata?.uid ?? "",
    revision: job.metadata?.resourceVersion ?? "",
    source: `/kubernetes/${target}/${namespace}`,
    labels: ownLabels(labels),
    secrets: findSecrets(containersOf(job)),
    streamOutput: annotations[ANNOTATIONS.streamOutput] !== "false",
    settled: labels[OPEN_LABEL] === undefined,
    createdAt: toIso(job.metadata?.creationTimestamp) ?? "",
    traceparent: variables.find(([key]) => key === "TRACEPARENT")?.[1],
    warnings: readWarnings(annotations[ANNOTATIONS.warnings]),
    ttlSeconds: toCount(annotations[ANNOTATIONS.ttlSeconds]),
    finished: terminalCondition(job) !== undefined,
  };
}

/** Why a Job cannot be judged; undefined where it can. */
export function problemOf({ metadata }: Job): string | undefined {
  const { labels = {}, annotations = {} } = metadata ?? {};
  const { [ANNOTATIONS.id]: id, [ANNOTATIONS.version]: version = MARKER_VERSION } = annotations;
  const hash = labels[RUN_LABEL];
  if (id === undefined) return `its annotation ${ANNOTATIONS.id} is gone`;
  if (hashRunId(id) !== hash) return `its label ${RUN_LABEL} does not belong to its id`;
  if (version !== MARKER_VERSION) return `another version of Slipway made it (${version})`;
  return undefined;
}

function ownLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith(PREFIX)));
}

/** A manifest that no cluster has accepted yet may hold anything. */
function containersOf({ spec }: Job): Record<string, unknown>[] {
  const { containers, initContainers } = spec?.template?.spec ?? {};
  return [...recordsIn(containers), ...recordsIn(initContainers)];
}

/** The environment of all containers. */
function variablesOf(job: Job): [string, string][] {
  return containersOf(job)
    .flatMap(({ env }) => recordsIn(env))
    .flatMap(({ name, value }) => (typeof value === "string" ? [[String(name), value]] : []));
}

const recordsIn = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);

/** Somebody may have changed the annotation, too: what is no list of texts says nothing. */
function readWarnings(json: string | undefined): string[] {
  if (json === undefined) return [];
  try {
    const warnings: unknown = JSON.parse(json);
    return Array.isArray(warnings) ? warnings.filter((it) => typeof it === "string") : [];
  } catch {
    return [];
  }
}

/** The form in which Kubernetes writes almost every time; there are several on each of ten thousand Jobs. */
const WHOLE_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** As other engines write it, with milliseconds. */
export function toIso(timestamp: string | undefined): string | undefined {
  if (timestamp !== undefined && WHOLE_SECONDS.test(timestamp))
    return `${timestamp.slice(0, -1)}.000Z`;
  const ms = Date.parse(timestamp ?? "");
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}

/** A whole number from an annotation; undefined where it holds none. */
export function toCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

export const annotatedCount = ({ metadata }: Job, annotation: string): number | undefined =>
  toCount(metadata?.annotations?.[annotation]);
