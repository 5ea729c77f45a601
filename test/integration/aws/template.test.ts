import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsTool } from "../../support/aws-tools.ts";
import { describeWithEngine } from "../../support/engines.ts";
import {
  copyService,
  paramArguments,
  type Resource,
  type ServiceCopy,
  type Template,
} from "../../support/packaged-service.ts";

const ACCOUNT = "eu-west-1:123456789012";
const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012";

const VARIANTS: Record<string, Record<string, string>> = {
  "as it comes": {},
  "with everything turned on": {
    fifo: "true",
    kmsKeyArn: `arn:aws:kms:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
    eksClusters: "team-*",
    alarmEmail: "ops@example.org",
    tracing: "Active",
    vpc: "on",
    subnetIds: "subnet-11111111,subnet-22222222",
    securityGroupIds: "sg-11111111",
    resultsTopicArn: `arn:aws:sns:${ACCOUNT}:results`,
    resultsBusArn: `arn:aws:events:${ACCOUNT}:event-bus/results`,
    submitTimeout: "90",
    visibilityTimeout: "600",
    watchSeconds: "0",
  },
  "with queues of one's own": {
    requestsQueueArn: `arn:aws:sqs:${ACCOUNT}:my-requests`,
    requestsQueueUrl: `${QUEUE}/my-requests`,
    deadLettersQueueArn: `arn:aws:sqs:${ACCOUNT}:my-dead-letters`,
    deadLettersQueueUrl: `${QUEUE}/my-dead-letters`,
    resultsQueueArn: `arn:aws:sqs:${ACCOUNT}:my-results`,
    resultsQueueUrl: `${QUEUE}/my-results`,
  },
};

const copies = new Map<string, ServiceCopy>();
const templates = new Map<string, Template>();

beforeAll(async () => {
  for (const [name, params] of Object.entries(VARIANTS)) {
    const copy = await copyService();
    copies.set(name, copy);
    await copy.serverless(["package", ...paramArguments(params)]);
    templates.set(name, await copy.template());
  }
}, 900_000);

afterAll(async () => {
  await Promise.all([...copies.values()].map((copy) => copy.remove()));
});

describe.each(Object.keys(VARIANTS))("the stack %s", (variant) => {
  const resources = (type?: string) =>
    Object.entries(templates.get(variant)?.Resources ?? {}).filter(
      ([, resource]) => type === undefined || resource.Type === type,
    );
  const only = (name: string): Resource => {
    const found = templates.get(variant)?.Resources[name];
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  const statements = (role: string): Statement[] =>
    only(role).Properties.Policies[0].PolicyDocument.Statement;

  test("reports failed messages one by one, and takes no more at once than it was told to", () => {
    const [[, mapping] = []] = resources("AWS::Lambda::EventSourceMapping");

    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test("encrypts every queue, and lets nobody in without TLS", () => {
    const queues = resources("AWS::SQS::Queue");
    const guarded = resources("AWS::SQS::QueuePolicy").flatMap(([, { Properties }]) => {
      const [statement] = Properties.PolicyDocument.Statement;
      expect(statement).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
      return Properties.Queues.map(({ Ref }: { Ref: string }) => Ref);
    });

    expect(guarded.sort()).toEqual(queues.map(([name]) => name).sort());
    for (const [, { Properties }] of queues)
      expect(Properties.SqsManagedSseEnabled === true || Properties.KmsMasterKeyId).toBeTruthy();
  });

  test("gives each function a role of its own, and nothing in it for every resource", () => {
    const roles = ["SubmitLambdaFunction", "WatchLambdaFunction"].map(
      (name) => only(name).Properties.Role["Fn::GetAtt"][0],
    );

    expect(roles).toEqual(["SubmitRole", "WatchRole"]);
    for (const { Action, Resource } of roles.flatMap(statements)) {
      expect(JSON.stringify(Action)).not.toContain("*");
      expect([Resource].flat()).not.toContain("*");
      expect(Resource).toBeTruthy();
    }
  });

  test("lets submit take requests and watch take dead letters, and neither the other", () => {
    const takes = (role: string) =>
      statements(role)
        .filter(({ Action }) => [Action].flat().includes("sqs:ReceiveMessage"))
        .map(({ Sid }) => Sid);

    expect([takes("SubmitRole"), takes("WatchRole")]).toEqual([
      ["TakeRequests"],
      ["TakeDeadLetters"],
    ]);
  });

  test("watches each minute, one at a time, and never makes up for a tick that was missed", () => {
    const watch = only("WatchLambdaFunction").Properties;
    const [[, schedule] = []] = resources("AWS::Events::Rule");
    const [[, asynchronous] = []] = resources("AWS::Lambda::EventInvokeConfig");

    expect(watch.ReservedConcurrentExecutions).toBe(1);
    expect(Number(watch.Environment.Variables.SLIPWAY_WATCH_SECONDS)).toBeLessThan(watch.Timeout);
    expect(schedule?.Properties.ScheduleExpression).toBe("rate(1 minute)");
    expect(asynchronous?.Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test("runs on arm64 with the newest runtime, and keeps its logs no longer than it was told to", () => {
    for (const [, { Properties }] of resources("AWS::Lambda::Function"))
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
    for (const [, { Properties }] of resources("AWS::Logs::LogGroup"))
      expect(Properties.RetentionInDays).toBe(30);
  });

  test("alarms on dead letters, old requests, failures and silence, all on one topic", () => {
    const alarms = resources("AWS::CloudWatch::Alarm");

    expect(alarms.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "DeadLettersAlarm",
        "OldestRequestAlarm",
        "SubmitErrorsAlarm",
        "WatchErrorsAlarm",
        "WatchSilenceAlarm",
      ]),
    );
    for (const [, { Properties }] of alarms)
      expect(Properties).toMatchObject({
        AlarmActions: [{ Ref: "AlarmTopic" }],
        Dimensions: [{ Name: expect.any(String), Value: expect.anything() }],
      });
  });

  test("says where its queues are", () => {
    expect(Object.keys(templates.get(variant)?.Outputs ?? {})).toEqual(
      expect.arrayContaining(["RequestsQueueUrl", "ResultsQueueUrl", "DeadLettersQueueUrl"]),
    );
  });

  test("leaves no condition to be decided, and no parameter that was not given", () => {
    const text = JSON.stringify(templates.get(variant));

    expect(text).not.toMatch(/"Fn::If"|AWS::NoValue|"Conditions"|\$\{param:|\$\{self:/);
  });
});

test.each(["as it comes", "with everything turned on"])(
  "the stack %s keeps messages out of sight for six times the function's timeout",
  (variant) => {
    const { SubmitLambdaFunction, RequestsQueue } = templates.get(variant)?.Resources ?? {};
    const { VisibilityTimeout, RedrivePolicy } = RequestsQueue?.Properties ?? {};

    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(
      6 * Number(SubmitLambdaFunction?.Properties.Timeout),
    );
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
  },
);

test("FIFO queues are named so, and each run is a group of its own", () => {
  const queues = queuesOf("with everything turned on");

  for (const { Properties } of queues) {
    expect(Properties.FifoQueue).toBe(true);
    expect(Properties.QueueName).toMatch(/\.fifo$/);
  }
  expect(queues).toHaveLength(4);
});

test("queues of one's own are not made, but used", () => {
  const template = templates.get("with queues of one's own");

  expect(queuesOf("with queues of one's own")).toEqual([]);
  expect(template?.Resources.SubmitLambdaFunction?.Properties.Environment.Variables).toMatchObject({
    SLIPWAY_REQUESTS_URL: `${QUEUE}/my-requests`,
    SLIPWAY_DEAD_LETTERS_URL: `${QUEUE}/my-dead-letters`,
    SLIPWAY_RESULTS_URL: `${QUEUE}/my-results`,
  });
});

describe("packaging is refused, with everything that is wrong,", () => {
  test.each([
    [
      { visibilityTimeout: "100", resultsQueueArn: `arn:aws:sqs:${ACCOUNT}:mine` },
      {},
      /visibilityTimeout: must be at least 6 times submitTimeout \(60\), got 100; resultsQueueUrl: is needed together with resultsQueueArn/,
    ],
    [
      {},
      {
        "slipway.yml":
          "clusers: {}\nretention_seconds: soon\nenvironment: { A: '${env:ONLY_THERE}' }",
      },
      /clusers: is not a known field; did you mean clusters\?; retention_seconds: expected number, got "soon"/,
    ],
  ])("for %j %j", async (params, files, message) => {
    const copy = await copyService(files as Record<string, string>);
    try {
      const packaging = copy.serverless(["package", ...paramArguments(params as never)]);
      const error = await packaging.then(
        () => undefined,
        (failure: { stdout: string; stderr: string }) => failure.stdout + failure.stderr,
      );

      expect(error).toMatch(message);
      expect(error).not.toContain("ONLY_THERE");
    } finally {
      await copy.remove();
    }
  });
});

await describeWithEngine("aws", "cfn-lint", () => {
  test.each(Object.keys(VARIANTS))("finds nothing wrong with the stack %s", async (variant) => {
    const directory = `${copies.get(variant)?.directory}/.serverless`;
    const findings = await lint([
      `${directory}/cloudformation-template-create-stack.json`,
      `${directory}/cloudformation-template-update-stack.json`,
    ]);

    expect(findings).toEqual([]);
  });
});

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function queuesOf(variant: string): Resource[] {
  return Object.values(templates.get(variant)?.Resources ?? {}).filter(
    ({ Type }) => Type === "AWS::SQS::Queue",
  );
}

function lint(paths: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(awsTool("cfn-lint"), ["--format", "json", "-t", ...paths], (error, stdout) => {
      if (stdout === "") reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}
