import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  prepareMessages,
  prepareRequests,
  type RequestOptions,
} from "../../../../lib/cli/input/requests.ts";
import { aTerminal } from "../../../support/captured-terminal.ts";

const options = (overrides: Partial<RequestOptions> = {}): RequestOptions => ({
  file: undefined,
  set: [],
  type: undefined,
  image: undefined,
  name: undefined,
  env: [],
  command: [],
  ...overrides,
});

const fromStdin = (input: string, overrides: Partial<RequestOptions> = {}) =>
  prepareRequests(options({ file: "-", ...overrides }), aTerminal({ input }), {});

describe("a request", () => {
  test("keeps the id it names", async () => {
    const [prepared] = await fromStdin("id: a\ninfrastructure: { type: process }");

    expect(prepared?.request).toMatchObject({ id: "a", action: "run" });
  });

  test("without an id gets a UUID, said on stderr", async () => {
    const terminal = aTerminal({ input: "infrastructure: { type: process }" });

    const [prepared] = await prepareRequests(options({ file: "-" }), terminal, {});

    expect(prepared?.request.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(terminal.err()).toContain(`this run is ${prepared?.request.id}`);
  });

  test("is the infrastructure alone where that is all the file holds", async () => {
    const [prepared] = await fromStdin('{"type": "process", "command": ["true"]}');

    expect(prepared?.request.spec).toMatchObject({ type: "process", command: ["true"] });
  });

  test("is taken out of the envelope of another service", async () => {
    const message = JSON.stringify({ id: "a", infrastructure: { type: "process" } });
    const notification = JSON.stringify({ Type: "Notification", Message: message });

    const [prepared] = await fromStdin(notification);

    expect(prepared?.request.id).toBe("a");
  });

  test("is changed by every --set in turn, as a receiver will see it", async () => {
    const [prepared] = await fromStdin("infrastructure: { type: process, command: [a] }", {
      set: ["id=b", "infrastructure.command.0=echo", "infrastructure.timeout_seconds=60"],
    });

    expect(prepared?.message).toEqual({
      id: "b",
      infrastructure: { type: "process", command: ["echo"], timeout_seconds: 60 },
    });
  });

  test.each([
    [{ command: ["echo", "hi"] }, { type: "process", command: ["echo", "hi"] }],
    [{ image: "alpine:3" }, { type: "docker-container", image: "alpine:3" }],
    [
      { type: "kubernetes-job", image: "alpine:3", name: "n" },
      { type: "kubernetes-job", image: "alpine:3", name: "n" },
    ],
    [
      { env: ["A=1", "B=x=y"], command: ["env"] },
      { type: "process", env: { A: "1", B: "x=y" } },
    ],
  ])("may be said on the command line: %j", async (quick, expected) => {
    const [prepared] = await prepareRequests(options(quick), aTerminal(), {});

    expect(prepared?.request.spec).toMatchObject(expected);
  });

  test.each([
    ["neither file nor command", {}, "there is nothing to run"],
    ["both", { file: "-", command: ["true"] }, "not both"],
    ["a variable without a value", { env: ["A"], command: ["env"] }, '--env "A" has no value'],
  ])("is refused with %s", async (_what, given, message) => {
    await expect(prepareRequests(options(given), aTerminal(), {})).rejects.toThrow(message);
  });

  test("is refused where the file is empty", async () => {
    await expect(fromStdin("")).rejects.toThrow("stdin holds no request");
  });
});

describe("several requests", () => {
  test("come in the order of the file", async () => {
    const prepared = await fromStdin(
      "- { id: a, infrastructure: { type: process } }\n- { id: b, infrastructure: { type: process } }",
    );

    expect(prepared.map(({ request }) => request.id)).toEqual(["a", "b"]);
  });

  test("are refused with the problems of all of them", async () => {
    const refused = fromStdin(
      "- { id: a, infrastructure: { type: proces } }\n- { id: b, infrastructure: { type: process, comand: [x] } }",
    );

    await expect(refused).rejects.toMatchObject({
      problems: [
        { path: "request 1: infrastructure.type" },
        { path: "request 2: infrastructure.comand" },
      ],
    });
  });
});

describe("the files a request names", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "slipway-test-"));
    await writeFile(join(directory, "job.yaml"), "kind: Job\n");
    await writeFile(join(directory, "patch.json"), '[{"op": "remove", "path": "/a"}]');
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("are read from beside it", async () => {
    const request = `infrastructure:
      type: kubernetes-job
      job_from_file: job.yaml
      customize_from_file: patch.json`;
    await writeFile(join(directory, "request.yaml"), request);

    const [prepared] = await prepareRequests(
      options({ file: "request.yaml" }),
      aTerminal({ cwd: directory }),
      {},
    );

    expect(prepared?.request.spec).toMatchObject({
      job: { kind: "Job" },
      customizations: [{ op: "remove", path: "/a" }],
    });
  });
});

describe("a Job in a request", () => {
  test("is read as kubectl reads it", async () => {
    const terminal = aTerminal({
      input: `
id: a
infrastructure:
  type: kubernetes-job
  job:
    x-limits: &limits
      resources: { limits: { memory: 64Mi } }
    container:
      <<: *limits
      command: [
        "true"
      ]
      tty: on
      defaultMode: 0440
`,
    });

    const [prepared] = await prepareRequests(options({ file: "-" }), terminal, {});

    expect(prepared?.request.spec).toMatchObject({
      job: {
        container: {
          resources: { limits: { memory: "64Mi" } },
          command: ["true"],
          tty: true,
          defaultMode: 0o440,
        },
      },
    });
  });
});

describe("a request for somebody else's configuration", () => {
  test.each([["infrastructure: nightly"], ["infrastructure: { use: nightly, image: a }"]])(
    "is not checked where only that explains it: %s",
    async (input) => {
      const terminal = aTerminal({ input: `id: a\n${input}` });

      const [prepared] = await prepareMessages(options({ file: "-" }), terminal);

      expect(prepared).toMatchObject({ id: "a" });
    },
  );

  test("is checked where it explains itself", async () => {
    const terminal = aTerminal({ input: "id: a\ninfrastructure: { type: process, comand: [] }" });

    await expect(prepareMessages(options({ file: "-" }), terminal)).rejects.toThrow("comand");
  });
});
