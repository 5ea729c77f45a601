import type { Claim } from "../claim.ts";
import { asList, asRecord } from "../claims-of.ts";
import { parseQuantity } from "../quantity.ts";

type Fields = Readonly<Record<string, unknown>>;

const GPU = /(?:^|[./-])gpu(?:[./-]|$)/;

/** What one pod may use at most, and how many there are at once; undefined where it has no limit. */
export function limitClaims(spec: Fields, pod: Fields, at: string): Claim[] {
  const path = `${at}/containers`;
  return [
    { rule: "limit-cpus", path, value: mostOf(pod, ({ cpu }) => parseQuantity(cpu)) },
    { rule: "limit-memory", path, value: mostOf(pod, ({ memory }) => parseQuantity(memory)) },
    { rule: "limit-gpus", path, value: mostOf(pod, gpusOf) },
    { rule: "limit-pods", path: "/spec/parallelism", value: spec.parallelism ?? 1 },
  ];
}

/** Containers and sidecars run together, plain init containers one by one before them. */
function mostOf(pod: Fields, read: (limits: Fields) => number): number | undefined {
  const limits = (containers: Record<string, unknown>[]) =>
    containers.map(({ resources }) => read(asRecord(asRecord(resources).limits)));
  const init = asList(pod.initContainers);
  const sidecars = limits(init.filter(({ restartPolicy }) => restartPolicy === "Always"));
  const together = [...limits(asList(pod.containers)), ...sidecars].reduce(
    (sum, it) => sum + it,
    0,
  );
  const alone = limits(init.filter(({ restartPolicy }) => restartPolicy !== "Always"));
  const most = Math.max(together, ...alone);
  return Number.isNaN(most) ? undefined : most;
}

/** Extended resources have no default: what is not named is none. */
function gpusOf(limits: Fields): number {
  return Object.entries(limits)
    .filter(([name]) => GPU.test(name))
    .reduce((sum, [, count]) => sum + parseQuantity(count), 0);
}
