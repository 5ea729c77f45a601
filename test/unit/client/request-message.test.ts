import { describe, expect, test } from "vitest";
import { createClient } from "../../../lib/client/client.ts";
import { checkRequestBody } from "../../../lib/client/request-message.ts";

const check = (request: unknown) => checkRequestBody(JSON.stringify(request));

describe("checkRequestBody", () => {
  test.each([
    { id: "a", infrastructure: { type: "process", command: ["true"] } },
    { id: "a", infrastructure: "nightly" },
    { id: "a", infrastructure: { use: "nightly", image: "etl:2" } },
    { id: "a", action: "cancel", infrastructure: { type: "process" }, grace_seconds: 5 },
  ])("accepts %j", (request) => {
    expect(() => check(request)).not.toThrow();
  });

  test.each([
    [{ id: "a", infrastructure: { type: "process", comand: [] } }, /did you mean command/],
    [{ id: "", infrastructure: "nightly" }, /^id: expected 1 to 128 characters/],
    [{ id: "a", infrastructure: { use: "nightly" }, extra: 1 }, /^extra: is not a known field/],
    [{ id: "a", infrastructure: { type: "process", env: { constructor: "x" } } }, /"constructor"/],
    [[], /must be a JSON object/],
  ])("refuses %j", (request, problem) => {
    expect(() => check(request)).toThrow(problem);
  });
});

test("what can never run is refused before anything is sent", async () => {
  const client = createClient({
    queueUrl: "http://127.0.0.1:1/queue",
    sqs: { send: () => Promise.reject(new Error("it was sent")) },
  });

  const sending = client.run({ id: "a", infrastructure: { type: "docker-container", image: "" } });

  await expect(sending).rejects.toMatchObject({
    code: "Invalid",
    problems: [{ path: "infrastructure.image", message: expect.any(String) }],
  });
});
