import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "vitest";
import { createProcessBackend } from "../../../lib/backends/process/backend.ts";
import { createBackendRegistry } from "../../../lib/backends/registry.ts";
import { Config } from "../../../lib/config/config.ts";
import { createLocalDependencies, type Engines } from "../../../lib/local/dependencies.ts";
import { findGivenQueue } from "../../../lib/local/given-queue.ts";
import { createHandlers } from "../../../lib/local/handlers.ts";
import { startLocalSlipway } from "../../../lib/local/local-slipway.ts";
import { receiveResults } from "../../../lib/local/results.ts";
import { anId, someBackendDependencies } from "../../support/builders.ts";
import { aLog } from "../../support/logs.ts";
import {
  describeOnQueueServers,
  type QueueServer,
  receiveAll,
} from "../../support/queue-servers.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Processes only, with run directories of their own. */
async function someEngines(): Promise<Engines> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-local-"));
  const config = Config.parse({ process: { directory } });
  const none = () => Promise.reject(new Error("only processes here"));
  const backends = createBackendRegistry({
    process: async () => createProcessBackend(someBackendDependencies({ config })),
    "docker-container": none,
    "kubernetes-job": none,
  });
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  cleanups.push(() => backends.close());
  return { config, backends, targets: [{ type: "process", name: "default" }], baseEnvironment: {} };
}

async function start(server: QueueServer, engines: Engines) {
  const [requests, results] = [await server.createQueue(), await server.createQueue()];
  const place = await findGivenQueue({ env: server.env, requests, results });
  const log = aLog();
  const handlers = createHandlers(await createLocalDependencies(engines, place, { log }));
  const local = await startLocalSlipway({ place, handlers, log, waitSeconds: 1 });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= local.stop();
    return stopped;
  };
  cleanups.push(stop);
  const send = (body: unknown) =>
    server.client.send(
      new SendMessageCommand({ QueueUrl: requests, MessageBody: JSON.stringify(body) }),
    );
  const resultsOf = async (...ids: string[]) => {
    const signal = AbortSignal.timeout(50_000);
    const found: Record<string, string[]> = {};
    const all = receiveResults({
      client: server.sqs,
      queueUrl: results,
      ids: new Set(ids),
      signal,
      waitSeconds: 1,
    });
    for await (const { subject, data } of all)
      found[subject] = [...(found[subject] ?? []), data.state];
    return found;
  };
  return { requests, log, send, resultsOf, stop };
}

const aProcess = (id: string, ...command: string[]) => ({
  id,
  infrastructure: { type: "process", command },
});

await describeOnQueueServers("a local Slipway", (server) => {
  test("makes runs of messages and brings their results", async () => {
    const { requests, send, resultsOf, stop } = await start(server, await someEngines());
    const [good, bad, odd] = [anId(), anId(), anId()];

    await send(aProcess(good, "true"));
    await send(aProcess(bad, "sh", "-c", "exit 3"));
    await send({ id: odd, infrastructure: { type: "process", comand: ["true"] } });

    expect(await resultsOf(good, bad, odd)).toEqual({
      [good]: expect.arrayContaining(["submitted", "completed"]),
      [bad]: expect.arrayContaining(["submitted", "failed"]),
      [odd]: ["rejected"],
    });
    await stop();
    expect(await receiveAll(server.client, requests)).toEqual([]);
  });

  test("is stopped while a run goes on, and the next one brings its result", async () => {
    const engines = await someEngines();
    const first = await start(server, engines);
    const id = anId();
    await first.send(aProcess(id, "sleep", "3"));
    await expect
      .poll(() => first.log.messages("info"), { timeout: 30_000 })
      .toContain("run submitted");
    await first.stop();

    const second = await start(server, engines);

    expect(await second.resultsOf(id)).toMatchObject({
      [id]: expect.arrayContaining(["completed"]),
    });
  });

  test("brings results while one of its engines cannot be reached", async () => {
    const engines = await someEngines();
    const targets = [...engines.targets, { type: "docker-container" as const, name: "down" }];
    const { send, resultsOf } = await start(server, { ...engines, targets });
    const id = anId();

    await send(aProcess(id, "true"));

    expect(await resultsOf(id)).toMatchObject({ [id]: expect.arrayContaining(["completed"]) });
  });
});
