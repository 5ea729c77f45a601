import { describe, expect, test } from "vitest";
import { quote, quoteKey } from "../../../lib/runs/quote.ts";

describe("what is made of words and numbers is quoted", () => {
  test.each([
    "kuberntes-job",
    "IfNotPresnt",
    "if_not_present",
    "dockerContainer",
    "podman",
    "python3",
    "us-east-1",
    "v1beta1",
    "private-registry",
    "日本",
    "größe",
    "512mb",
    "64 mb",
    "5 minutes",
    "1,5",
    "../job.yaml",
    "tcp://10.0.0.1:2375",
    "550e8400-e29b-41d4-a716-446655440000",
    "",
  ])("a name: %j", (text) => {
    expect(quote(text)).toBe(JSON.stringify(text));
  });

  test.each([
    "A:B:C",
    "Ghcr.io/Acme/app:1.2.3-rc1",
    "registry.test:5000/Team/app:3f2a9c1",
    "app@sha256:0123abc",
    "/data:relative:ro",
    "C:\\data:/data",
    "ssh://builder@10.0.0.1:22/run/docker.sock",
    "extra.host:10.0.0.1",
  ])("an address: %j", (text) => {
    expect(quote(text, [], "address")).toBe(JSON.stringify(text));
  });

  test.each([
    "/etc/slipway/My Files/prod.yml",
    "/tmp/slipway-Xy12Ab9c8d/x.json",
    "https://sqs.eu-west-1.amazonaws.com/123456789012/Stack-Requests1A2B3C4D-XyZ",
    "http://127.0.0.1:9324/000000000000/requests.fifo",
    "C:\\slipway.yml",
  ])("a path, without quotes: %s", (text) => {
    expect(quote(text, [], "path")).toBe(text);
  });

  test.each([
    [5, "5"],
    [1.5, "1.5"],
    [true, "true"],
    [null, "null"],
  ])("a scalar: %j", (value, shown) => {
    expect(quote(value)).toBe(shown);
  });
});

describe("of what may be a secret, kind and size are told", () => {
  test.each([
    '{"env":{"API_TOKEN":"hunter2"}}',
    '"{\\"env\\":{}}"',
    "[1]",
    "API_TOKEN=hunter2 python x.py",
    "API_TOKEN=hunter2",
    "mysql --password=hunter2",
    "--password=hunter2",
    "mysql -phunter2 db",
    "login hunter2",
    "password: hunter2",
    "password:hunter2",
    "password/hunter2",
    "user:hunter2",
    "user:hunter2@host/image",
    "https://user:hunter2@host/",
    "line\nhunter2",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N",
    "P4ssw0rd",
    "d41d8cd98f00b204e9800998ecf8427e",
    "aHVudGVyMjpodW50ZXIy",
    "x".repeat(61),
  ])("a text: %j", (text) => {
    expect(quote(text)).toBe(`a text of ${text.length} characters`);
  });

  test.each([
    "user:hunter2@host/image",
    "tcp://user:hunter2@host:2375",
    "API_TOKEN=hunter2:/data",
    '{"image":"hunter2"}',
    "x:ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  ])("an address: %j", (text) => {
    expect(quote(text, [], "address")).toBe(`a text of ${text.length} characters`);
  });

  test.each([
    "https://user:hunter2@sqs/x",
    "https://hooks/x?token=hunter2",
    '{"registries":{}}',
    "registries:\n  x: hunter2",
    "password: hunter2",
    "mysql --password hunter2",
    "API_TOKEN=hunter2",
  ])("a path: %j", (text) => {
    expect(quote(text, [], "path")).toBe(`a text of ${text.length} characters`);
  });

  test.each([
    [["infrastructure", "env", "PORT"], 5, "a value of type number"],
    [["image_registry", "password"], "word", "a value of type string"],
    [["command", 2], 1234, "a value of type number"],
    [["spec", "containers", 0, "args"], "-p hunter2", "a text of 10 characters"],
    [[], { a: 1 }, "a value of type object"],
    [[], ["a"], "a value of type array"],
  ])("at %j: %j", (path, value, shown) => {
    expect(quote(value, path)).toBe(shown);
  });
});

test.each([
  ["API_TOKEN", "API_TOKEN"],
  ["imagePullPolicy", "imagePullPolicy"],
  ["app.kubernetes.io/name", "app.kubernetes.io/name"],
  ["X1Y2_UTF8MODE", "X1Y2_UTF8MODE"],
  ["API_TOKEN=hunter2", "API_TOKEN=…"],
  ['{"env":1}', "a name of 9 characters"],
  ["two words", "a name of 9 characters"],
  ["ghp_16C7e42F292c6912E7710c838347Ae178B4a", "a name of 40 characters"],
])("the key %j is shown as %j", (key, shown) => {
  expect(quoteKey(key)).toBe(shown);
});
