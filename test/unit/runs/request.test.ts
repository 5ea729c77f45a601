import { describe, expect, test } from "vitest";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import { parseRequest, readIdLeniently, toRequest } from "../../../lib/runs/request.ts";

const id = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
const aProcess = { type: "process", command: ["true"] };

function refusalOf(value: unknown, named = {}): LaunchError {
  try {
    toRequest(value, named);
  } catch (error) {
    if (error instanceof LaunchError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("a request", () => {
  test("is a run unless it says otherwise, with every default filled in", () => {
    expect(toRequest({ id, infrastructure: { type: "process" } })).toEqual({
      action: "run",
      id,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      spec: {
        type: "process",
        command: ["python", "-m", "prefect.engine"],
        env: {},
        labels: {},
        stream_output: true,
      },
    });
  });

  test.each([
    ["no object", [], "", /must be a JSON object, got a value of type array/],
    ["null", null, "", /must be a JSON object, got null/],
    ["no id", { infrastructure: aProcess }, "id", /is required: expected string/],
    ["an empty id", { id: "", infrastructure: aProcess }, "id", /1 to 128 characters, got ""/],
    [
      "a long id",
      { id: "x".repeat(129), infrastructure: aProcess },
      "id",
      /got a text of 129 characters/,
    ],
    ["an id of control characters", { id: "a\nb", infrastructure: aProcess }, "id", /printable/],
    ["an id that SQS refuses", { id: "a\uFFFF", infrastructure: aProcess }, "id", /printable/],
    ["an id of half a character", { id: "a\uD800", infrastructure: aProcess }, "id", /printable/],
    ["an id in white space", { id: " a", infrastructure: aProcess }, "id", /white space/],
    ["a number as id", { id: 5, infrastructure: aProcess }, "id", /expected string, got 5/],
    [
      "another action",
      { id, action: "die", infrastructure: aProcess },
      "action",
      /one of run, cancel, got "die"/,
    ],
    ["a version", { id, version: 2, infrastructure: aProcess }, "version", /not a known field/],
    [
      "a misspelt field",
      { id, infrastucture: aProcess },
      "infrastucture",
      /did you mean infrastructure\?/,
    ],
    ["no infrastructure", { id }, "infrastructure", /is required/],
    ["infrastructure null", { id, infrastructure: null }, "infrastructure", /expected an object/],
    ["a list of it", { id, infrastructure: [] }, "infrastructure", /expected an object/],
    [
      "no type",
      { id, infrastructure: {} },
      "infrastructure.type",
      /is required: expected one of kubernetes-job/,
    ],
    ["another type", { id, infrastructure: { type: "vm" } }, "infrastructure.type", /got "vm"/],
    [
      "an odd type",
      { id, infrastructure: { type: "constructor" } },
      "infrastructure.type",
      /got "constructor"/,
    ],
  ])("with %s is refused", (_name, value, path, message) => {
    expect(refusalOf(value).problems).toContainEqual({
      path,
      message: expect.stringMatching(message),
    });
  });

  test("names every problem at once", () => {
    const infrastructure = { type: "process", comand: [], env: { A: 1 }, labels: [] };

    const { problems, message } = refusalOf({ action: "walk", infrastructure });

    expect(problems.map(({ path }) => path)).toEqual([
      "id",
      "action",
      "infrastructure.comand",
      "infrastructure.env.A",
      "infrastructure.labels",
    ]);
    expect(message).toContain("infrastructure.env.A: expected string");
  });

  test("lists a hundred problems and counts the rest", () => {
    const fields = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`field${at}`, 1]));

    const { problems, message } = refusalOf({ id, infrastructure: { type: "process", ...fields } });

    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toBe("and 8900 more problems");
    expect(message.length).toBeLessThan(30_000);
  });

  test("of the same content has the same digest in any order, of another content another", () => {
    const digest = (infrastructure: object) => {
      const request = toRequest({ id, infrastructure });
      return request.action === "run" ? request.digest : undefined;
    };

    expect(digest({ command: ["a"], type: "process" })).toBe(
      digest({ type: "process", command: ["a"] }),
    );
    expect(digest({ command: ["a"], type: "process" })).not.toBe(
      digest({ type: "process", command: ["b"] }),
    );
  });
});

describe("a named infrastructure", () => {
  const named = {
    nightly: {
      type: "kubernetes-job",
      image: "etl:1",
      env: { A: "1", B: "1" },
      labels: { team: "x" },
      imagePullPolicy: "Always",
    },
  };

  test("is taken by its name", () => {
    expect(toRequest({ id, infrastructure: "nightly" }, named)).toMatchObject({
      spec: { type: "kubernetes-job", image: "etl:1", image_pull_policy: "Always" },
    });
  });

  test("is overridden field by field, env and labels key by key, in either spelling", () => {
    const infrastructure = {
      use: "nightly",
      image: "etl:2",
      env: { B: null, C: "3" },
      labels: { job: "y" },
      image_pull_policy: "Never",
    };

    expect(toRequest({ id, infrastructure }, named)).toMatchObject({
      spec: {
        image: "etl:2",
        env: { A: "1", B: null, C: "3" },
        labels: { team: "x", job: "y" },
        image_pull_policy: "Never",
      },
    });
  });

  test("keeps what a null would unset out of the spec", () => {
    const infrastructure = { use: "nightly", image_pull_policy: null };

    const { spec } = toRequest({ id, infrastructure }, named);

    expect(spec).not.toHaveProperty("image_pull_policy");
  });

  test.each([
    ["nigtly", "infrastructure", /did you mean nightly\?/],
    ["other", "infrastructure", /the known ones are nightly/],
    ["constructor", "infrastructure", /has no infrastructure "constructor"/],
    ["__proto__", "infrastructure", /has no infrastructure/],
    [{ use: "other" }, "infrastructure.use", /has no infrastructure "other"/],
    [{ use: 5 }, "infrastructure.use", /must be a name, got 5/],
  ])("that is unknown, as %j, is refused", (infrastructure, path, message) => {
    expect(refusalOf({ id, infrastructure }, named).problems).toContainEqual({
      path,
      message: expect.stringMatching(message),
    });
  });

  test("that is named where there are none is refused in so many words", () => {
    expect(refusalOf({ id, infrastructure: "nightly" }).message).toContain("it names none");
  });
});

describe("customizations", () => {
  const patch = [{ op: "remove", path: "/metadata/labels" }];
  const withPatch = (customizations: unknown) => ({
    id,
    infrastructure: { type: "kubernetes-job", customizations },
  });

  test("may be given as the text of their JSON, as Prefect takes them", () => {
    const request = toRequest(withPatch(JSON.stringify(patch)));

    expect(request.spec).toMatchObject({ customizations: patch });
  });

  test.each([
    ["no JSON", "[{op: remove}]", "infrastructure.customizations: is not JSON"],
    ["empty", "", "infrastructure.customizations: is empty"],
    ["another value", '{"op":"remove"}', "infrastructure.customizations: expected array"],
    ["too deep", "[".repeat(100), "infrastructure.customizations: is nested deeper than 64 levels"],
    ["a wrong operation", '[{"op":"x"}]', "infrastructure.customizations[0].op: expected one of"],
    ["a hostile key", '[{"__proto__":1}]', 'has the key "__proto__", which is not allowed'],
  ])("that are %s as text are refused at their place", (_name, text, message) => {
    expect(refusalOf(withPatch(text)).message).toContain(message);
  });
});

describe("a cancel", () => {
  test.each([
    { type: "process" },
    { type: "docker-container", docker_host: "builders", name: "x" },
    { type: "kubernetes-job", namespace: "etl", cluster_config: "prod" },
  ])("needs no more than %j", (infrastructure) => {
    expect(toRequest({ id, action: "cancel", infrastructure })).toMatchObject({
      action: "cancel",
      id,
      graceSeconds: 30,
      spec: infrastructure,
    });
  });

  test("takes its grace in either spelling, and only a sensible one", () => {
    const cancel = { id, action: "cancel", infrastructure: aProcess };

    expect(toRequest({ ...cancel, graceSeconds: 5 })).toMatchObject({ graceSeconds: 5 });
    expect(refusalOf({ ...cancel, grace_seconds: -1 }).problems).toEqual([
      { path: "grace_seconds", message: "expected number to be >=0, got -1" },
    ]);
  });

  test("is refused for an unknown field as a run is", () => {
    expect(
      refusalOf({ id, action: "cancel", infrastructure: { ...aProcess, x: 1 } }).message,
    ).toMatch(/infrastructure\.x/);
  });
});

describe("the id of a broken request", () => {
  test.each([
    ["of another schema", '{"id":"a","infrastructure":5}', "a"],
    ["cut off", '{"id":"a","infrastructure":{"ty', "a"],
    ["too deep", `{"id":"a","x":${"[".repeat(100_000)}`, "a"],
    ["too large", JSON.stringify({ id: "a", x: "y".repeat(2_000_000) }), "a"],
    ["with a key twice", '{"id":"a","x":1,"x":2}', "a"],
    ["in an envelope", JSON.stringify({ specversion: "1.0", data: { id: "a" } }), "a"],
    ["with two ids", '{"id":"a","id":"b"}', undefined],
    ["with no valid id", '{"id":""}', undefined],
    ["of no JSON", "nonsense", undefined],
  ])("%s is %j", (_name, body, expected) => {
    expect(readIdLeniently(body)).toBe(expected);
  });
});

test("a body is parsed as its value is", () => {
  const value = { id, infrastructure: aProcess };

  expect(parseRequest(JSON.stringify(value))).toEqual(toRequest(value));
});

test.each([
  ["nightly", '"nightly"'],
  ["tcp://u:c4n4ry@10.0.0.1", "a text of 23 characters"],
  ["user:c4n4ry", "a text of 11 characters"],
  ["token: c4n4ry\n", "a text of 14 characters"],
  ['{"password":"c4n4ry"}', "a text of 21 characters"],
])("an infrastructure's name %j that nothing has is shown as %s", (name, shown) => {
  expect(refusalOf({ id, infrastructure: name }).message).toContain(`no infrastructure ${shown};`);
});
