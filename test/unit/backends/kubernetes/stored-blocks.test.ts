import { readFileSync } from "node:fs";
import type { V1Job } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { buildJob } from "../../../../lib/backends/kubernetes/manifest/build-job.ts";
import { FINALIZER, PREFIX } from "../../../../lib/backends/kubernetes/markers.ts";
import { jobName } from "../../../../lib/backends/kubernetes/names.ts";
import type { KubernetesJobSpec } from "../../../../lib/runs/infrastructure.ts";
import { toRequest } from "../../../../lib/runs/request.ts";
import { type Run, runOf } from "../../../../lib/runs/run.ts";

interface StoredBlock {
  readonly title: string;
  readonly block: Record<string, unknown>;
  /** What Prefect 2.2.0 itself makes of the block. */
  readonly manifest: PrefectManifest;
}

type PrefectManifest = V1Job & {
  spec: { template: { spec: { parallelism?: number; completions?: number } } };
};

const FIXTURE = new URL("../../../fixtures/kubernetes/prefect-2.2-blocks.json", import.meta.url);
const { blocks }: { blocks: StoredBlock[] } = JSON.parse(readFileSync(FIXTURE, "utf8"));

const id = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

function runOfBlock(infrastructure: unknown): Run<KubernetesJobSpec> {
  const request = toRequest({ id, infrastructure });
  if (request.action !== "run") throw new Error("it is a cancel");
  const target = { type: "kubernetes-job", name: "default" } as const;
  return runOf(request, { target }) as Run<KubernetesJobSpec>;
}

/** Prefect's manifest with the repairs that the contract names, and with what names the run. */
function repaired(manifest: PrefectManifest, run: Run<KubernetesJobSpec>): V1Job {
  const { generateName: _replaced, ...metadata } = manifest.metadata ?? {};
  const { template, ttlSecondsAfterFinished: _later, ...spec } = manifest.spec;
  const { parallelism, completions, ...podSpec } = template.spec;
  const [main, ...others] = podSpec.containers;
  const identity = [
    { name: "PREFECT__FLOW_RUN_ID", value: id.replaceAll("-", "") },
    { name: "SLIPWAY_RUN_ID", value: id },
  ];
  const containers = [{ ...main, name: "prefect-job", env: [...(main?.env ?? []), ...identity] }];
  return {
    ...manifest,
    metadata: { ...metadata, name: jobName(run.key) },
    spec: {
      backoffLimit: 0,
      ...(parallelism && completions ? { parallelism, completions } : {}),
      ...spec,
      template: { ...template, spec: { ...podSpec, containers: [...containers, ...others] } },
    },
  };
}

/** Without what we put on every Job. */
function unmarked(job: V1Job): unknown {
  const { podFailurePolicy: _ours, template, ...spec } = job.spec ?? {};
  expect(job.metadata?.finalizers).toEqual([FINALIZER]);
  return withoutEmpty({
    ...job,
    metadata: { ...withoutMarkers(job.metadata), finalizers: undefined },
    spec: { ...spec, template: { ...template, metadata: withoutMarkers(template?.metadata) } },
  });
}

function withoutMarkers({ labels, annotations, ...metadata }: V1Job["metadata"] = {}) {
  const others = (texts: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(texts).filter(([name]) => !name.startsWith(PREFIX)));
  return { ...metadata, labels: others(labels), annotations: others(annotations) };
}

/** An empty label set, annotation set or metadata says the same as none. */
function withoutEmpty(job: V1Job | Record<string, unknown>): unknown {
  const { metadata, spec } = structuredClone(job) as V1Job;
  for (const some of [metadata, spec?.template.metadata])
    for (const key of ["labels", "annotations"] as const)
      if (some && Object.keys(some[key] ?? {}).length === 0) delete some[key];
  if (spec?.template.metadata && Object.keys(spec.template.metadata).length === 0)
    delete spec.template.metadata;
  return { ...job, metadata, spec };
}

describe("a block stored by Prefect 2.2, sent as it is,", () => {
  test.each(blocks)("becomes the manifest that Prefect would have built: $title", (stored) => {
    const run = runOfBlock(stored.block);

    const job = buildJob(run);

    expect(unmarked(job)).toEqual(withoutEmpty(repaired(stored.manifest, run)));
  });

  test("keeps its environment in Prefect's order: the base manifest's, the base environment, its own", () => {
    const stored = blocks.find(({ title }) => title === "a block with a base manifest of its own");
    const run = { ...runOfBlock(stored?.block), baseEnvironment: { PREFECT_API_URL: "http://x" } };

    const names = buildJob(run).spec?.template.spec?.containers[0]?.env?.map(({ name }) => name);

    expect(names).toEqual([
      "TZ",
      "DB_PASSWORD",
      "PREFECT_API_URL",
      "STAGE",
      "PREFECT__FLOW_RUN_ID",
      "SLIPWAY_RUN_ID",
    ]);
  });

  test("may carry its bookkeeping", () => {
    const bookkeeping = {
      _block_document_id: "cd2a…",
      _block_document_name: "prod",
      _is_anonymous: false,
      block_type_slug: "kubernetes-job",
    };

    expect(() => buildJob(runOfBlock({ ...blocks[0]?.block, ...bookkeeping }))).not.toThrow();
  });
});
