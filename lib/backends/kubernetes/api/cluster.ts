import type { KubernetesClient } from "./client.ts";

/** One target, connected. */
export interface Cluster {
  /** The target's name. */
  readonly name: string;
  readonly client: KubernetesClient;
  /** Where its runs may be; `undefined` in it stands for all namespaces at once. */
  readonly scopes: readonly (string | undefined)[];
  /** How much of the end of an output a result carries, in bytes; so much is kept where a pod's own copy will not last. */
  readonly tailBytes: number;
}

const at = (namespace: string | undefined) =>
  namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;

export const jobsPath = (namespace?: string) => `/apis/batch/v1${at(namespace)}/jobs`;

export const jobPath = (namespace: string, name: string) =>
  `${jobsPath(namespace)}/${encodeURIComponent(name)}`;

export const podsPath = (namespace?: string) => `/api/v1${at(namespace)}/pods`;

export const podPath = (namespace: string, name: string) =>
  `${podsPath(namespace)}/${encodeURIComponent(name)}`;

export const eventsPath = (namespace: string) => `/api/v1${at(namespace)}/events`;
