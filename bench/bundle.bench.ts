import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { startEmbeddedQueue } from "../lib/local/embedded-queue.ts";
import { bundleFunction } from "../scripts/bundle.ts";
import { sizesOf } from "../scripts/bundle-sizes.ts";
import { createSdkClient } from "../test/support/sdk-client.ts";
import { type ColdStart, measureColdStarts } from "./support/cold-start.ts";
import { defineBench, type Row } from "./support/define-bench.ts";
import { startRefusingEngine } from "./support/refusing-engine.ts";

const ROOT = join(import.meta.dirname, "..");
const TIMES = 15;
const EMPTY = "only the SQS client";
const SENDER = "the same, sending a message";
const FUNCTIONS = {
  empty: "bench/functions/empty.ts",
  sender: "bench/functions/sender.ts",
  submit: "functions/submit.ts",
  watch: "functions/watch.ts",
};

export const bench = defineBench({
  name: "bundle",
  title: "What a cold start costs",
  method: `Each bundle is built as it is deployed, then loaded and given its first event by a fresh process, ${TIMES} times, the
cases in turn; medians. Times run from the start of the process to the answer. Results go to an SQS server in the measuring
process; engines are stand-ins that refuse the run, so no time of theirs is in it. The empty function imports the SQS client
of the AWS SDK and answers; the second one also sends a message with it, as everything does that publishes a result: what a row
has beyond that one is Slipway's own.`,
  async measure() {
    const directory = await mkdtemp(join(tmpdir(), "slipway-bench-"));
    const queue = await startEmbeddedQueue();
    const engine = await startRefusingEngine();
    try {
      for (const [name, source] of Object.entries(FUNCTIONS))
        await bundleFunction({ root: ROOT, name, source, out: directory });
      const env = {
        ...queue.env,
        ...(await queuesOf(queue.env)),
        AWS_LAMBDA_FUNCTION_NAME: "bench",
      };
      const cases = await casesOf(directory, engine.port, env);
      const measured = await measureColdStarts(cases, TIMES);
      return [
        ...rowsOf("Cold start and first event", "ms", measured, ({ wallMs }) => wallMs),
        ...rowsOf("Processor time", "ms", measured, ({ processorMs }) => processorMs),
        ...rowsOf("Memory", "MB", measured, ({ memoryBytes }) => memoryBytes / 1e6),
        ...(await sizeRows(directory)),
      ];
    } finally {
      await engine.stop();
      await queue.stop();
      await rm(directory, { recursive: true });
    }
  },
});

function rowsOf<T>(
  figure: string,
  unit: string,
  measured: ReadonlyMap<string, T>,
  value: (of: T) => number,
): Row[] {
  return [...measured].map(([label, of]) => ({
    figure,
    label,
    unit,
    value: value(of),
    ...(label === SENDER ? {} : { baseline: SENDER }),
  }));
}

async function sizeRows(directory: string): Promise<Row[]> {
  const rows = Object.keys(FUNCTIONS).map(async (name) => {
    const { cold, total } = await sizesOf(join(directory, name));
    return [
      { figure: "Read by a cold start", label: name, unit: "kB", value: cold / 1_000 },
      { figure: "Whole bundle", label: name, unit: "kB", value: total / 1_000 },
    ];
  });
  return (await Promise.all(rows)).flat();
}

async function casesOf(
  directory: string,
  port: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ColdStart[]> {
  const bundle = (name: string) => join(directory, name, "index.js");
  const docker = { DOCKER_HOST: `tcp://127.0.0.1:${port}` };
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(port));
  const submit = async (label: string, event: string, own: Record<string, string> = {}) => ({
    label,
    bundle: bundle("submit"),
    event: await readEvent(event),
    env: { ...env, HOME: directory, ...own },
  });
  return [
    { label: EMPTY, bundle: bundle("empty"), event: {}, env },
    { label: SENDER, bundle: bundle("sender"), event: {}, env },
    { ...(await submit("submit, no message", "invalid")), event: { Records: [] } },
    await submit("submit, a rejected request", "invalid"),
    await submit("submit, a run for Docker", "run-docker", docker),
    await submit("submit, a run for Kubernetes", "run-kubernetes", { KUBECONFIG: kubeconfig }),
    {
      label: "watch, an idle Docker host",
      bundle: bundle("watch"),
      event: await readEvent("schedule"),
      env: { ...env, ...docker, HOME: directory },
    },
  ];
}

const readEvent = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(ROOT, `examples/events/${name}.json`), "utf8"));

async function queuesOf(env: Readonly<Record<string, string | undefined>>) {
  const client = createSdkClient(env);
  const urlOf = async (QueueName: string) =>
    (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl;
  const urls = {
    SLIPWAY_REQUESTS_URL: await urlOf("bench-requests"),
    SLIPWAY_RESULTS_URL: await urlOf("bench-results"),
    SLIPWAY_DEAD_LETTERS_URL: await urlOf("bench-dead-letters"),
  };
  client.destroy();
  return urls;
}

const kubeconfigOf = (port: number) => `
apiVersion: v1
kind: Config
current-context: bench
contexts: [{ name: bench, context: { cluster: bench, user: bench } }]
clusters: [{ name: bench, cluster: { server: "http://127.0.0.1:${port}" } }]
users: [{ name: bench, user: { token: bench } }]
`;
