import { readFileSync } from "node:fs";
import { sweep } from "../../lib/usecases/sweep.ts";
import { TARGET } from "../../test/integration/kubernetes/support/kubernetes-subject.ts";
import { bareList, connectBare } from "./bare-kubernetes.ts";
import { createKubernetesStage } from "./kubernetes-stage.ts";
import { mostResidentMegabytes } from "./memory.ts";
import { milliseconds } from "./pool.ts";

/**
 * One look at everything open, in a process of its own, so that its memory is its own:
 * `node sweep-once.ts bare|slipway KUBECONFIG NAMESPACE`, answered with one line of JSON.
 */
export interface Look {
  readonly ms: number;
  /** The most it ever held, in MB. */
  readonly megabytes: number;
  readonly seen: number;
}

const [mode, path = "", namespace = ""] = process.argv.slice(2);
const kubeconfig = readFileSync(path, "utf8");
const { seen, ms } = await (mode === "bare" ? lookBare() : lookAsSlipway());
const megabytes = await mostResidentMegabytes("self");
console.log(JSON.stringify({ ms, megabytes, seen } satisfies Look));

async function lookBare() {
  using bare = await connectBare(kubeconfig);
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  await bare.call("GET", `${jobs}?limit=1`);
  let seen = 0;
  const ms = await milliseconds(async () => {
    seen = await bareList(bare, jobs, "slipway.dev/open=true");
  });
  return { seen, ms };
}

async function lookAsSlipway() {
  await using stage = createKubernetesStage(kubeconfig, namespace);
  const backend = await stage.deps.backends.load("kubernetes-job");
  await backend.find(TARGET, "nobody", AbortSignal.timeout(10_000));
  let seen = 0;
  const ms = await milliseconds(async () => {
    const [report] = await sweep(stage.deps, { signal: AbortSignal.timeout(120_000) });
    if (report?.errors.length) throw report.errors[0];
    seen = report?.open ?? 0;
  });
  return { seen, ms };
}
