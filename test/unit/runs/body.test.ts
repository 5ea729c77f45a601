import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BODY_LIMITS, parseJson, readBody } from "../../../lib/runs/body.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";

const request = { id: "a", infrastructure: { type: "process" } };

function refusalOf(body: string): LaunchError {
  try {
    readBody(body);
  } catch (error) {
    if (error instanceof LaunchError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("readBody", () => {
  test.each([
    ["empty", "", /is empty/],
    ["white space", " \n\t", /is empty/],
    ["cut off", '{"id":"a"', /breaks off/],
    ["cut off in a string", '{"id":"a', /at position 8/],
    ["no JSON", "id: a", /expected a JSON object/],
    ["a trailing comma", '{"id":"a",}', /at position 10/],
    ["a byte order mark", `\uFEFF${JSON.stringify(request)}`, /byte order mark/],
    ["UTF-16, little endian", "{\0}\0", /UTF-16/],
    ["UTF-16, big endian", "\0{\0}", /UTF-16/],
    ["bytes that were no UTF-8", "\uFFFD\uFFFD{}", /UTF-16/],
    ["deep objects", '{"a":'.repeat(100_000), /nested deeper than 64/],
    ["deep arrays", "[".repeat(1_000_000), /nested deeper than 64/],
    ["too large", `"${"x".repeat(BODY_LIMITS.bytes)}"`, /larger than 1048576 bytes/],
    ["too large by its bytes", `"${"€".repeat(BODY_LIMITS.bytes / 2)}"`, /larger than/],
    ["a key twice", '{"id":"a","id":"b"}', /the key "id" twice/],
    ["a key twice, once escaped", '{"id":"a","i\\u0064":"b"}', /the key "id" twice/],
    ["a key twice deep inside", '{"a":[{"b":1,"b":2}]}', /the key "b" twice/],
    ["__proto__", '{"__proto__":{"privileged":true}}', /"__proto__", which is not allowed/],
    ["__proto__, escaped", '{"\\u005f_proto__":1}', /"__proto__", which is not allowed/],
    ["constructor", '{"a":{"constructor":{"prototype":{}}}}', /"constructor"/],
    [
      "many items",
      JSON.stringify({ a: Array(1_000_000).fill(1) }).slice(0, 900_000),
      /10000 items/,
    ],
  ])("refuses %s", (_name, body, message) => {
    const refusal = refusalOf(body);

    expect(refusal.code).toBe("Invalid");
    expect(refusal.retryable).toBe(false);
    expect(refusal.message).toMatch(message);
  });

  test("refuses too many keys, wherever they stand", () => {
    const keys = Object.fromEntries(Array.from({ length: 5_001 }, (_, at) => [`k${at}`, ""]));

    expect(refusalOf(JSON.stringify([keys, keys])).message).toMatch(/more than 10000 keys/);
  });

  test("accepts what is just within the limits", () => {
    const deep = `${"[".repeat(64)}${"]".repeat(64)}`;
    const large = JSON.stringify("x".repeat(BODY_LIMITS.bytes - 2));

    expect(parseJson(deep)).toBeInstanceOf(Array);
    expect(parseJson(large)).toHaveLength(BODY_LIMITS.bytes - 2);
  });

  test("does not quote the body in its refusal", () => {
    expect(refusalOf('{"password": hunter2}').message).not.toContain("hunter2");
    expect(refusalOf("hunter2 at position 7").message).not.toContain("hunter2");
  });

  test("touches no prototype", () => {
    refusalOf('{"__proto__":{"polluted":true}}');

    expect("polluted" in {}).toBe(false);
  });
});

describe("an envelope", () => {
  const sns = (message: unknown) => ({ Type: "Notification", Message: JSON.stringify(message) });
  const eventBridge = (detail: unknown) => ({ version: "0", "detail-type": "run", detail });
  const cloudEvent = (data: unknown) => ({ specversion: "1.0", type: "run", data });
  const inBase64 = {
    specversion: "1.0",
    data_base64: Buffer.from(JSON.stringify(request)).toString("base64"),
  };

  test.each([
    ["none", request],
    ["SNS", sns(request)],
    ["EventBridge", eventBridge(request)],
    ["CloudEvents", cloudEvent(request)],
    ["CloudEvents with bytes", inBase64],
    ["EventBridge through SNS", sns(eventBridge(request))],
    ["CloudEvents in EventBridge through SNS", sns(eventBridge(cloudEvent(request)))],
  ])("of %s is taken off", (_name, body) => {
    expect(readBody(JSON.stringify(body))).toEqual(request);
  });

  test("deeper than three is left for the schema to refuse", () => {
    const body = sns(sns(sns(sns(request))));

    expect(readBody(JSON.stringify(body))).toEqual(sns(request));
  });

  test.each([
    ["SNS", { Type: "Notification", Message: '{"id":1,"id":2}' }, /"id" twice/],
    ["CloudEvents", { specversion: "1.0", data_base64: "/////w==" }, /not UTF-8/],
  ])("of %s is held to the same limits", (_name, body, message) => {
    expect(refusalOf(JSON.stringify(body)).message).toMatch(message);
  });
});

describe("any text", () => {
  test("is read as JSON.parse reads it, or refused as Invalid", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.jsonValue().map(cutAnywhere)), (body) => {
        try {
          expect(parseJson(body)).toEqual(JSON.parse(body));
        } catch (error) {
          expect(error).toMatchObject({ code: "Invalid", retryable: false });
        }
      }),
    );
  });
});

function cutAnywhere(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.slice(0, Math.floor(text.length / 2));
}
