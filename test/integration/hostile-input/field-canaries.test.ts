import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendLoaders } from "../../../lib/backends/loaders.ts";
import { createBackendRegistry } from "../../../lib/backends/registry.ts";
import { runCli } from "../../../lib/cli/cli.ts";
import { checkRequestBody } from "../../../lib/client/request-message.ts";
import { Config } from "../../../lib/config/config.ts";
import { parseConfig } from "../../../lib/config/parse-config.ts";
import { createSecretResolver } from "../../../lib/config/secrets.ts";
import { showConfig } from "../../../lib/config/show-config.ts";
import { INFRASTRUCTURE_TYPES, SPEC_SCHEMAS } from "../../../lib/runs/infrastructure.ts";
import { parseRequest } from "../../../lib/runs/request.ts";
import type { Dependencies } from "../../../lib/usecases/dependencies.ts";
import { submitBatch } from "../../../lib/usecases/submit-batch.ts";
import { aRun, someBackendDependencies } from "../../support/builders.ts";
import { aTerminal } from "../../support/captured-terminal.ts";
import { aRecord } from "../../support/records.ts";
import { request } from "./support/bad-inputs.ts";
import { CANARY, holdsCanary, TELLING, UNTOLD } from "./support/canary-values.ts";
import { type EchoingEngine, startEchoingEngine } from "./support/echoing-engine.ts";
import { type Place, placesOf, withValue } from "./support/schema-places.ts";

interface Case {
  readonly title: string;
  /** A message body. */
  readonly body: string;
}

const BASES = {
  process: { type: "process", command: ["/no/such/program"] },
  "docker-container": { type: "docker-container", image: "registry.test/x:1" },
  "kubernetes-job": { type: "kubernetes-job", image: "x" },
} as const;

/** They come back in results by contract, as they are sent. */
const ECHOED = [/^infrastructure\.(?:name|labels(?:\.some)?)$/, /^id$/];

const ENVELOPE: readonly Place[] = [
  ...["id", "action", "infrastructure", "grace_seconds", "some"].map((key) => [key]),
  ...["use", "some", "type"].map((key) => ["infrastructure", key]),
];

/** One body for each place of a request of a type, with a value there. */
function casesOf(type: keyof typeof BASES, values: Readonly<Record<string, unknown>>): Case[] {
  const places = placesOf(SPEC_SCHEMAS[type], ["infrastructure"]).slice(1);
  return [...ENVELOPE, ...places].flatMap((place) =>
    Object.entries(values).map(([title, value]) => ({
      title: `${type} ${place.join(".")}: ${title}`,
      body: JSON.stringify(withValue(request(BASES[type]), place, value)),
    })),
  );
}

/** So many requests of one file: of more than a hundred problems not all are named. */
const AT_ONCE = 20;

const isEchoed = ({ title }: Case) =>
  ECHOED.some((pattern) => pattern.test(title.replace(/^\S+ |: .*$/gs, "")));

/** What shows the canary, by its title. */
const shownIn = (shown: readonly (readonly [string, string])[]) =>
  shown.flatMap(([title, text]) =>
    holdsCanary(text) ? [`${title}: ${text.split("\n").filter(holdsCanary).join()}`] : [],
  );

function refusalOf(check: () => unknown): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

const asShown = (error: unknown) => inspect(error, { depth: 12 });

describe.each(INFRASTRUCTURE_TYPES)("a value in a wrong place of a %s", (type) => {
  const cases = casesOf(type, { ...TELLING, ...UNTOLD });
  const refused = cases.filter(({ body }) => refusalOf(() => parseRequest(body)));

  test("is in no error of the client", () => {
    const shown = cases.flatMap(({ title, body }): [string, string][] => {
      const error = refusalOf(() => checkRequestBody(body));
      return error ? [[title, asShown(error)]] : [];
    });

    expect(shown.length).toBeGreaterThan(200);
    expect(shownIn(shown)).toEqual([]);
  });

  test("is in nothing that the command line says of a file", async () => {
    const shown: [string, string][] = [];
    for (let first = 0; first < refused.length; first += AT_ONCE) {
      const some = refused.slice(first, first + AT_ONCE);
      const terminal = aTerminal({ input: `[${some.map(({ body }) => body).join()}]` });
      await runCli(["preview", "-", "--debug"], "1", terminal);
      const titles = some.map(({ title }) => title).join();
      shown.push([titles, `${terminal.out()}${terminal.err()}`]);
    }

    expect(shownIn(shown)).toEqual([]);
  });

  test("is in no preview where it says what it is", async () => {
    const loaders = backendLoaders(someBackendDependencies({ env: {} }));
    const backend = await loaders[type]();
    const telling = casesOf(type, TELLING).filter((it) => !isEchoed(it));
    const shown = telling.flatMap(({ title, body }): [string, string][] => {
      if (refusalOf(() => parseRequest(body))) return [];
      const { spec } = parseRequest(body);
      const run = aRun(spec, { type, name: "default" });
      const refusal = refusalOf(() => {
        shownPreviews.push([title, backend.preview(run).text]);
      });
      return refusal ? [[title, asShown(refusal)]] : [];
    });
    await backend.close();

    expect(shownIn([...shown, ...shownPreviews.splice(0)])).toEqual([]);
  });
});

const shownPreviews: [string, string][] = [];

describe("a message with a value in a wrong place", () => {
  let engine: EchoingEngine;
  let directory: string;
  beforeAll(async () => {
    engine = await startEchoingEngine();
    engine.refuseWith(422);
    directory = await mkdtemp(join(tmpdir(), "slipway-fields-"));
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const kubeconfig = () =>
    JSON.stringify({
      "current-context": "x",
      contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
      clusters: [{ name: "x", cluster: { server: engine.url } }],
      users: [{ name: "x", user: { token: "of-the-cluster" } }],
    });

  /** What is published and logged of the bodies, each beside its title. */
  async function submitAll(cases: readonly Case[]): Promise<[string, string][]> {
    const config = Config.parse({
      process: { directory },
      clusters: { prod: { kubeconfig: kubeconfig() } },
      docker_hosts: { builders: { host: engine.host } },
      defaults: { "kubernetes-job": "prod", "docker-container": "builders" },
    });
    const secrets = createSecretResolver({ env: {} });
    const deps = { config, secrets, env: {}, launcherTimeoutMs: 900_000 };
    const backends = createBackendRegistry(backendLoaders(deps));
    const shown: [string, string][] = [];
    for (const { title, body } of cases) {
      const note = (...said: unknown[]) => void shown.push([title, asShown(said)]);
      const log = { debug: note, info: note, warn: note, error: note };
      const all: Dependencies = {
        config,
        backends,
        targets: [],
        results: {
          publish: async (results) => {
            note(JSON.stringify(results));
            return results.map(() => undefined);
          },
        },
        requests: { delay: async () => undefined, nowMs: async () => Date.now() },
        deadLetters: undefined,
        maxReceiveCount: 5,
        baseEnvironment: {},
        log,
        metrics: { count: () => undefined, milliseconds: () => undefined },
      };
      const limit = { getRemainingTimeInMillis: () => 60_000 };
      await submitBatch(all, { Records: [aRecord(body)] }, limit);
    }
    await backends.close();
    return shown;
  }

  test.each(INFRASTRUCTURE_TYPES)("of a %s has it in no result and no log line", async (type) => {
    const isRefused = ({ body }: Case) => refusalOf(() => parseRequest(body)) !== undefined;
    const isSent = (it: Case) => type !== "process" && !isEchoed(it);
    const cases = [
      ...casesOf(type, UNTOLD).filter(isRefused),
      ...casesOf(type, TELLING).filter((it) => isRefused(it) || isSent(it)),
    ];

    const shown = await submitAll(cases);

    expect(shown.length).toBeGreaterThan(cases.length); // of each a result and a line of the log
    expect(shownIn(shown)).toEqual([]);
  });

  const inner = { infrastructure: { type: "process", comand: 1, env: { API_TOKEN: CANARY } } };
  const text = JSON.stringify(inner);
  test.each([
    ["encoded twice", JSON.stringify(text)],
    ["encoded three times", JSON.stringify(JSON.stringify(text))],
    ["broken off", text.slice(0, -3)],
    ["in a list", `[${text}]`],
    ["YAML", `infrastructure:\n  command: API_TOKEN=${CANARY}\n`],
    ["a command line", `API_TOKEN=${CANARY} python x.py`],
    ["a command line as JSON", JSON.stringify(`mysql --password=${CANARY}`)],
    ["a token", CANARY.repeat(2)],
    ["a user with a password", `user:${CANARY}@host`],
    ["SNS", JSON.stringify({ Type: "Notification", Message: text })],
    [
      "SNS of what is encoded twice",
      JSON.stringify({ Type: "Notification", Message: JSON.stringify(text) }),
    ],
    [
      "SNS of a command line",
      JSON.stringify({ Type: "Notification", Message: `API_TOKEN=${CANARY}` }),
    ],
    ["EventBridge", JSON.stringify({ "detail-type": "x", detail: text })],
    [
      "EventBridge of what is encoded twice",
      JSON.stringify({ "detail-type": "x", detail: JSON.stringify(text) }),
    ],
    ["CloudEvents", JSON.stringify({ specversion: "1.0", data: text })],
    ["CloudEvents of a list", JSON.stringify({ specversion: "1.0", data: [text] })],
    [
      "CloudEvents in base64",
      JSON.stringify({ specversion: "1.0", data_base64: Buffer.from(text).toString("base64") }),
    ],
    [
      "CloudEvents in broken base64",
      JSON.stringify({
        specversion: "1.0",
        data_base64: Buffer.from(text.slice(1)).toString("base64"),
      }),
    ],
    ["an infrastructure alone", JSON.stringify(inner.infrastructure)],
    ["a type of JSON text", JSON.stringify({ infrastructure: { type: text } })],
    ["an action of JSON text", JSON.stringify({ action: text })],
    ["a key given twice", `{"${CANARY}x":1,"${CANARY}x":2}`],
  ])("whose body is %s has it in no result and no log line", async (title, body) => {
    const shown = await submitAll([{ title, body }]);

    expect(shown.length).toBeGreaterThan(1);
    expect(shownIn(shown)).toEqual([]);
  });
});

test("a value in a wrong place of the configuration is in no error and not in what takes effect", async () => {
  const sources = { env: {}, readText: async () => "", directory: "/" };
  const cases = placesOf(Config).flatMap((place) =>
    Object.entries({ ...TELLING, ...UNTOLD }).map(([title, value]) => ({
      title: `${place.join(".")}: ${title}`,
      written: withValue({}, place, value),
      isTold: title in TELLING,
    })),
  );

  const shown = await Promise.all(
    cases.map(async ({ title, written, isTold }): Promise<[string, string]> => {
      const parsed = parseConfig(written, "slipway.yml", sources);
      const text = await parsed.then(
        (config) => (isTold ? asShown(showConfig(config)) : ""),
        asShown,
      );
      return [title, text];
    }),
  );

  expect(shown.length).toBeGreaterThan(1_000);
  expect(shownIn(shown)).toEqual([]);
});

const textsOf = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string");

const COMMAND = ["--", "true"];

test.each([
  [
    "--set of a field",
    (value: string) => ["--set", `infrastructure.timeout_seconds=${value}`, ...COMMAND],
  ],
  ["--set of a place", (value: string) => ["--set", `infrastructure..x=${value}`, ...COMMAND]],
  [
    "--set of a list",
    (value: string) => ["--set", `infrastructure.command.x=${value}`, ...COMMAND],
  ],
  ["--set", (value: string) => ["--set", value.replaceAll("=", ":"), ...COMMAND]],
  ["--env", (value: string) => ["--env", value.replaceAll("=", ":"), ...COMMAND]],
  ["--type", (value: string) => ["--type", value, ...COMMAND]],
  ["an option that is none", (value: string) => ["--passwd", value, ...COMMAND]],
  ["an option that is none, joined", (value: string) => [`--passwd=${value}`, ...COMMAND]],
  ["an argument too many", (value: string) => ["x.yaml", value]],
])("the command line repeats no value of %s", async (_, argumentsFor) => {
  expect(shownIn(await errorsOf(textsOf({ ...TELLING, ...UNTOLD }), argumentsFor))).toEqual([]);
});

/** A name of a file may be anything, so what nothing but its look gives away is shown. */
test.each([
  ["--config", (value: string) => ["--config", value, ...COMMAND]],
  ["a file", (value: string) => [value]],
])("the command line repeats no secret in the place of %s", async (_, argumentsFor) => {
  expect(shownIn(await errorsOf(textsOf(TELLING), argumentsFor))).toEqual([]);
});

async function errorsOf(
  values: readonly (readonly [string, string])[],
  argumentsFor: (value: string) => readonly string[],
): Promise<[string, string][]> {
  const called = values.map(async ([title, value]): Promise<[string, string]> => {
    const terminal = aTerminal();
    const exitCode = await runCli(["preview", ...argumentsFor(value)], "1", terminal);
    return [title, exitCode === 0 ? "" : `${terminal.out()}${terminal.err()}`];
  });
  return Promise.all(called);
}
