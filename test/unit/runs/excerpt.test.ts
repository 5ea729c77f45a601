import { expect, test } from "vitest";
import { excerptOf } from "../../../lib/runs/excerpt.ts";

test("a body that nobody could read is shown by its beginning", () => {
  expect(excerptOf("hello world")).toBe("hello world");
  expect(excerptOf("x".repeat(5_000))).toBe("x".repeat(1_024));
  expect(excerptOf("é".repeat(5_000))).toBe("é".repeat(512));
});

test.each([
  ['{"infrastructure":{"env":{"A":"c4n4ry"', '{"infrastructure":{"env[redacted]'],
  [
    '{"image_registry":{"username":"u","password":"c4n4ry',
    '{"image_registry":{"username":"u","password[redacted]',
  ],
  [String.raw`{"Message":"{\"env\":{\"A\":\"c4n4ry\"`, String.raw`{"Message":"{\"env[redacted]`],
  ["token: c4n4ry", "token[redacted]"],
  ['{"command":"login c4n4ry"', '{"command[redacted]'],
  ['{"data_base64":"YzRuNHJ5"', '{"data_base64[redacted]'],
  ['{"image":"user:c4n4ry@host/x"', '{"image":"user:[redacted]'],
  ['{"id":["c4n4ryS3cr3tT0k3n"]', '{"id":["[redacted]'],
  [
    '{"id":["550e8400-e29b-41d4-a716-446655440000"]}',
    '{"id":["550e8400-e29b-41d4-a716-446655440000"]}',
  ],
  ["postgres://u:c4n4ry@db", "postgres://u:[redacted]@db"],
  ["users: [{ user: { client-key-data: c4n4ry } }]", "users: [{ user: { client-key-data[redacted]"],
])("%j is shown as %j", (body, shown) => {
  expect(excerptOf(body)).toBe(shown);
});
