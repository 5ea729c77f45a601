import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RECEIVE_EVERYTHING, toSqsRecord } from "../../../lib/queues/sqs-message.ts";
import type { LaunchError, Problem } from "../../../lib/runs/launch-error.ts";
import { toRequest } from "../../../lib/runs/request.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { bundleFunction } from "../../../scripts/bundle.ts";
import { runtimeClient } from "../../support/aws-tools.ts";
import { anId } from "../../support/builders.ts";
import { readEvent } from "../../support/example-events.ts";
import { type LambdaRuntime, startLambdaRuntime } from "../../support/lambda-runtime.ts";
import { describeOnQueueServers, receiveAll } from "../../support/queue-servers.ts";

const ROOT = join(import.meta.dirname, "../../..");

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-lambda-"));
  for (const name of ["submit", "watch"]) {
    await bundleFunction({ root: ROOT, name, source: `functions/${name}.ts`, out: directory });
    await mkdir(join(directory, name, "state"), { recursive: true });
  }
  await writeFile(join(directory, "slipway.yml"), CONFIGURATION);
}, 120_000);

afterAll(async () => {
  await rm(directory, { recursive: true });
});

const CONFIGURATION = `
policy: { process_runs: true }
environment: { PREFECT_API_URL: http://10.0.0.5:4200/api }
infrastructures: { hello: { type: process, command: [sh, -c, 'echo hello'] } }
`;

const client = runtimeClient();
const clientName = client ? "AWS's runtime client" : "a stand-in for the runtime client";

await describeOnQueueServers(`the bundles under ${clientName}`, (server) => {
  let submit: LambdaRuntime;
  let watch: LambdaRuntime;
  let requests: string;
  let results: string;

  beforeAll(async () => {
    requests = await server.createQueue({ VisibilityTimeout: "600" });
    results = await server.createQueue();
    const env = {
      ...definedOnly(server.env),
      SLIPWAY_REQUESTS_URL: requests,
      SLIPWAY_RESULTS_URL: results,
      SLIPWAY_DEAD_LETTERS_URL: await server.createQueue(),
      SLIPWAY_METRICS: "on",
      POWERTOOLS_METRICS_NAMESPACE: "Slipway",
    };
    submit = await start("submit", env);
    watch = await start("watch", env);
  }, 400_000);

  afterAll(async () => {
    await submit.stop();
    await watch.stop();
  });

  /** What is on the requests queue, as the event source mapping hands it over. */
  const eventOf = async (...bodies: readonly unknown[]): Promise<SQSEvent> => {
    for (const body of bodies) {
      const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
      await server.client.send(new SendMessageCommand({ QueueUrl: requests, MessageBody }));
    }
    const Records = [];
    while (Records.length < bodies.length) {
      const { Messages = [] } = await server.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: requests,
          MaxNumberOfMessages: 10,
          ...RECEIVE_EVERYTHING,
        }),
      );
      Records.push(...Messages.map((message) => toSqsRecord(message, ARN)));
    }
    return { Records };
  };
  const resultsOf = async (id: string): Promise<Result[]> => {
    const messages = await receiveAll(server.client, results);
    return messages
      .map(({ Body = "" }) => JSON.parse(Body))
      .filter(({ subject }) => subject === id);
  };
  const failuresOf = async (event: SQSEvent) => {
    const invoked = await submit.invoke(event);
    if (invoked.outcome === "error") throw new Error(invoked.error.errorMessage);
    return (invoked.value as SQSBatchResponse).batchItemFailures;
  };

  test("run a request to its end, with the configuration that travels with them", async () => {
    const id = anId();

    const failures = await failuresOf(await eventOf({ id, infrastructure: "hello" }));

    expect(failures).toEqual([]);
    expect((await resultsOf(id)).map(({ data }) => [data.state, data.logs?.tail])).toEqual([
      ["submitted", undefined],
      ["completed", "hello\n"],
    ]);
  });

  test("pass a message's trace on to its run and to every result of it", async () => {
    const [id, traceparent] = [anId(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"];
    const command = ["sh", "-c", "echo $TRACEPARENT"];
    const event = await eventOf({ id, infrastructure: { type: "process", command } });
    const attribute = { dataType: "String" as const, stringValue: traceparent };
    for (const record of event.Records) record.messageAttributes = { traceparent: attribute };

    await failuresOf(event);

    const received = await resultsOf(id);
    expect(received.map((result) => result.traceparent)).toEqual([traceparent, traceparent]);
    expect(received.at(-1)?.data.logs?.tail).toBe(`${traceparent}\n`);
  });

  test("settle every record of a batch on its own", async () => {
    const [good, bad] = [anId(), anId()];
    const event = await eventOf(
      { id: good, infrastructure: { type: "process", command: ["sh", "-c", "exit 3"] } },
      { id: bad, infrastructure: { type: "process", comand: ["true"] } },
      "this is not JSON",
    );

    const failures = await failuresOf(event);

    const states = [...(await resultsOf(good)), ...(await resultsOf(bad))].map(({ data }) => data);
    expect(failures).toEqual([]);
    expect(states).toContainEqual(expect.objectContaining({ state: "failed", status_code: 3 }));
  });

  test("word what is wrong with a request as the sources do", async () => {
    const id = anId();
    const infrastructure = {
      type: "kubernetes-job",
      env: { A: 1 },
      timeout_seconds: 0,
      image_pull_policy: "Sometimes",
      customizations: [{ op: "add", path: "spec" }, { op: "put" }],
    };

    await failuresOf(await eventOf({ id, infrastructure }));

    const [rejected] = await resultsOf(id);
    expect(rejected?.data.problems).toEqual(problemsOf({ id, infrastructure }));
  });

  test("give a request whose engine is not there back to its queue, and only that one", async () => {
    const [down, fine] = [anId(), anId()];
    const docker = { type: "docker-container", image: "busybox:1" };
    const event = await eventOf(
      { id: down, infrastructure: docker },
      { id: fine, infrastructure: "hello" },
    );
    const message = event.Records.find(({ body }) => body.includes(down));

    const failures = await failuresOf(event);

    expect(failures).toEqual([{ itemIdentifier: message?.messageId }]);
  });

  test.each(["run-ok", "run-failing", "invalid", "batch-mixed"])(
    "take the recorded event %s",
    async (name) => {
      expect(await failuresOf(await readEvent(name))).toEqual([]);
    },
  );

  test("fail a tick that could not look everywhere, after looking where it could, so that an alarm rings", async () => {
    const invoked = await watch.invoke(await readEvent("schedule"));

    expect(invoked).toMatchObject({
      outcome: "error",
      error: {
        errorType: "AggregateError",
        errorMessage: expect.stringMatching(
          /^not everything could be watched: Could not connect to Docker at tcp:/,
        ),
      },
    });
  });

  test("answer any body with a result or a failure of that record, and never end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aBody, { minLength: 1, maxLength: 10 }), async (bodies) => {
        const Records = bodies.map((body, index) => aRecord(String(index), body));

        const failures = await failuresOf({ Records });

        expect(failures).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test("write metrics in CloudWatch's embedded format, and a log with the run's id", async () => {
    const lines = submit.output().split("\n").flatMap(jsonOf);

    expect(lines).toContainEqual(
      expect.objectContaining({
        _aws: expect.objectContaining({
          CloudWatchMetrics: [expect.objectContaining({ Namespace: "Slipway" })],
        }),
        submitted: expect.anything(),
      }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ message: "run ended", run_id: expect.any(String) }),
    );
  });
});

describe("a wrong configuration", () => {
  test("is refused with every problem at once, and the messages stay on the queue", async () => {
    const broken = await mkdtemp(join(tmpdir(), "slipway-broken-"));
    await writeFile(join(broken, "slipway.yml"), "clusers: {}\nretention_seconds: soon\n");
    const runtime = await start("submit", { SLIPWAY_CONFIG: join(broken, "slipway.yml") });

    const invoked = await runtime.invoke(await readEvent("run-ok"));

    expect(invoked).toMatchObject({
      outcome: "error",
      error: {
        errorMessage: expect.stringMatching(/has 2 problems: clusers: .*; retention_seconds: /),
      },
    });
    await runtime.stop();
    await rm(broken, { recursive: true });
  });
});

const ARN = "arn:aws:sqs:eu-west-1:123456789012:slipway-test-requests";

function start(name: "submit" | "watch", env: Readonly<Record<string, string>>) {
  return startLambdaRuntime({
    directory,
    handler: `${name}/index.handler`,
    runtimeClient: client,
    env: {
      XDG_STATE_HOME: join(directory, name, "state"),
      HOME: directory,
      DOCKER_HOST: "tcp://127.0.0.1:1", // nobody listens there
      ...env,
    },
  });
}

/** Anything that JSON can say, things that look like requests, and things that are no JSON; nothing that would start a run. */
const aBody = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.json(),
  fc
    .record({
      id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      action: fc.oneof(fc.constant("run"), fc.string()),
      infrastructure: fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())),
    })
    .map((value) => JSON.stringify(value)),
);

const aRecord = (messageId: string, body: string) => ({
  ...toSqsRecord({ MessageId: messageId, ReceiptHandle: messageId, Body: body }, ARN),
});

function problemsOf(request: object): readonly Problem[] {
  try {
    toRequest(request);
    return [];
  } catch (error) {
    return (error as LaunchError).problems ?? [];
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function jsonOf(line: string): unknown[] {
  try {
    return [JSON.parse(line.slice(line.indexOf("{")))];
  } catch {
    return [];
  }
}
