import { expect, test } from "vitest";
import { anId } from "../../support/builders.ts";
import { aRecord } from "../../support/records.ts";
import { CANARY, describeBadInputs, request } from "./support/bad-inputs.ts";
import { createHostileBench } from "./support/hostile-bench.ts";

const aProcess = { type: "process", command: ["true"] };
const DAY_MS = 86_400_000;

describeBadInputs("a hostile envelope", {}, [
  { name: "1: an empty body", sent: "", message: /is empty; expected JSON/ },
  { name: "2: null", sent: "null", message: /must be a JSON object, got null/ },
  { name: "2: a list", sent: "[]", message: /must be a JSON object, got a value of type array/ },
  { name: "2: a text", sent: '"x"', message: /must be a JSON object, got "x"/ },
  {
    name: "2: a number beyond numbers",
    sent: "1e999",
    message: /must be a JSON object, got Infinity/,
  },
  {
    name: "3: truncated",
    sent: `{"id":"${anId()}","infrastructure":{"type":"proc`,
    message: /at position/,
  },
  {
    name: "3: truncated in a secret",
    sent: `{"id":"${anId()}","infrastructure":{"env":{"A":"${CANARY}`,
    message: /at position/,
  },
  {
    name: "3: truncated with no id",
    sent: `{"infrastructure":{"image_registry":{"password":"${CANARY}","x`,
    message: /at position/,
  },
  {
    name: "4: a byte order mark",
    sent: `\uFEFF${JSON.stringify(request(aProcess))}`,
    message: /byte order mark/,
  },
  { name: "4: UTF-16", sent: [...JSON.stringify(request(aProcess))].join("\0"), message: /UTF-16/ },
  {
    name: "5: nested 100,000 deep",
    sent: `{"id":"${anId()}","infrastructure":${"[".repeat(100_000)}`,
    message: /deeper than 64/,
  },
  {
    name: "6: a MiB of NULs",
    sent: `{"id":"${anId()}","infrastructure":{"type":"process","command":["${"\\u0000".repeat(170_000)}"]}}`,
    path: "infrastructure.command[0]",
    message: /without a NUL character/,
  },
  {
    name: "6: more than a MiB",
    sent: JSON.stringify(request({ ...aProcess, env: { A: CANARY.repeat(100_000) } })),
    message: /larger than 1048576 bytes/,
  },
  {
    name: "7: a key twice",
    sent: `{"id":"${anId()}","id":"${anId()}","infrastructure":{"type":"process"}}`,
    message: /the key "id" twice/,
  },
  {
    name: "8: __proto__",
    sent: `{"id":"${anId()}","__proto__":{"privileged":true},"infrastructure":{"type":"process"}}`,
    message: /the key "__proto__", which is not allowed/,
  },
  {
    name: "8: constructor.prototype",
    sent: `{"id":"${anId()}","infrastructure":{"type":"process","labels":{"constructor":{"prototype":{}}}}}`,
    message: /the key "constructor"/,
  },
  {
    name: "9: a million arguments",
    sent: `{"id":"${anId()}","infrastructure":{"type":"process","command":[${"1,".repeat(500_000)}1]}}`,
    message: /more than 10000 items/,
  },
  {
    name: "9: 20,000 variables",
    sent: JSON.stringify(
      request({
        ...aProcess,
        env: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`A${at}`, CANARY])),
      }),
    ),
    message: /more than 10000 keys/,
  },
  {
    name: "10: an unknown type",
    sent: request({ type: "lambda" }),
    path: "infrastructure.type",
    message: /expected one of kubernetes-job, docker-container, process, got "lambda"/,
  },
  {
    name: "10: an unknown version",
    sent: { ...request(aProcess), version: 9 },
    path: "version",
    message: /not a known field/,
  },
  {
    name: "13: received first 15 days ago",
    sent: request(aProcess),
    code: "Stale",
    message: /first received more than 3600 seconds ago/,
    attributes: {
      ApproximateFirstReceiveTimestamp: String(Date.now() - 15 * DAY_MS),
      ApproximateReceiveCount: "2",
    },
  },
  {
    name: "14: an empty id",
    sent: request(aProcess, ""),
    path: "id",
    message: /expected 1 to 128 characters, got ""/,
  },
  {
    name: "15: an id of 300 characters",
    sent: request(aProcess, "x".repeat(300)),
    path: "id",
    message: /expected 1 to 128 characters/,
  },
  {
    name: "20: an id of half a character",
    sent: `{"id":"\\ud800","infrastructure":{"type":"process"}}`,
    path: "id",
    message: /printable characters only/,
  },
  {
    name: "23: an id with a line end",
    sent: request(aProcess, "a\nb"),
    path: "id",
    message: /printable characters only/,
  },
]);

test("12: what SNS and EventBridge wrapped is a request like any other", async () => {
  await using bench = await createHostileBench();
  const [one, other] = [anId(), anId()];
  const sns = { Type: "Notification", Message: JSON.stringify(request(aProcess, one)) };
  const event = { "detail-type": "run", detail: request(aProcess, other) };

  const wentBack = await bench.send([sns, event].map((body) => aRecord(JSON.stringify(body))));

  expect(wentBack).toEqual([]);
  expect(bench.published.map(({ subject, data }) => [subject, data.state]).sort()).toEqual(
    [one, other].sort().map((id) => [id, "submitted"]),
  );
});

test("13: a message that was sent long ago or in the future, but never received, is new", async () => {
  await using bench = await createHostileBench();
  const times = [Date.now() - 13 * DAY_MS, Date.now() + DAY_MS].map(String);

  const wentBack = await bench.send(
    times.map((time) => aRecord(JSON.stringify(request(aProcess)), { SentTimestamp: time })),
  );

  expect(wentBack).toEqual([]);
  expect(bench.published.map(({ data }) => data.state)).toEqual(["submitted", "submitted"]);
});

test("16–20, 23: ids that no engine takes as a name run under names that every engine takes", async () => {
  await using bench = await createHostileBench();
  const unique = anId();
  const ids = [
    ...["../../etc", "a/b?force=true", "-x", ".", "_", "UPPER", "upper", "a,b!=c"],
    ...["\u00e9", "e\u0301", "а", "a", `${"x".repeat(63)}1`, `${"x".repeat(63)}2`],
  ].map((id) => `${id}${unique}`);

  const wentBack = await bench.send(
    ids.map((id) => aRecord(JSON.stringify(request(aProcess, id)))),
  );

  expect(wentBack).toEqual([]);
  expect(bench.published.map(({ subject }) => subject).sort()).toEqual([...ids].sort());
  expect(await bench.runs()).toBe(ids.length);
});

test("21: the same id with another content is a conflict, and the first run is left alone", async () => {
  await using bench = await createHostileBench();
  const id = anId();
  const bodies = [aProcess, { ...aProcess, command: ["echo", "other"] }].map((spec) =>
    JSON.stringify(request(spec, id)),
  );

  for (const body of bodies) await bench.send([aRecord(body)]);

  expect(bench.published.map(({ data }) => [data.state, data.cause?.code])).toEqual([
    ["submitted", undefined],
    ["rejected", "Conflict"],
  ]);
  expect(await bench.runs()).toBe(1);
});

test("22: a name of which no engine can use anything counts as none", async () => {
  await using bench = await createHostileBench();

  await bench.send([aRecord(JSON.stringify(request({ ...aProcess, name: "🙂" })))]);

  expect(bench.published.map(({ data }) => [data.state, data.name])).toEqual([["submitted", "🙂"]]);
});

test("11: an event that is none of SQS fails as a whole, and a record without attributes alone", async () => {
  await using bench = await createHostileBench();
  const { attributes: _, ...rest } = aRecord(JSON.stringify(request(aProcess)));
  const good = aRecord(JSON.stringify(request(aProcess)));

  await expect(bench.send(undefined as never)).rejects.toThrow();
  await expect(bench.send([{ ...good, messageId: undefined as never }])).rejects.toThrow(
    "Records[0]: has no messageId",
  );
  expect(await bench.send([rest as never, good])).toEqual([rest.messageId]);
  expect(bench.published.map(({ data }) => data.state)).toEqual(["submitted"]);
});
