import { describe, expect, test } from "vitest";
import { assign, parseAssignment } from "../../../../lib/cli/input/assignment.ts";
import { UsageError } from "../../../../lib/cli/usage-error.ts";

describe("--set", () => {
  test.each([
    ["a=1", { a: 1 }],
    ["a.b=true", { a: { b: true } }],
    ["a=null", { a: null }],
    ["a=~", { a: null }],
    ["a=", { a: "" }],
    ["infrastructure.job.mode=0644", { infrastructure: { job: { mode: 420 } } }],
    ["infrastructure.job.tty=yes", { infrastructure: { job: { tty: true } } }],
    ["a=0o644", { a: 420 }],
    ["a=x=y", { a: "x=y" }],
    ['a="1"', { a: "1" }],
    ["a=[echo, hi]", { a: ["echo", "hi"] }],
    ["a={b: 1}", { a: { b: 1 } }],
    ["a=two words", { a: "two words" }],
    ["infrastructure.env.DEBUG=1", { infrastructure: { env: { DEBUG: "1" } } }],
    ["infrastructure.env.DEBUG=null", { infrastructure: { env: { DEBUG: null } } }],
    [
      "infrastructure.labels.example\\.com/team=007",
      { infrastructure: { labels: { "example.com/team": "007" } } },
    ],
  ])("makes of %s in an empty request %j", (text, expected) => {
    expect(assign({}, parseAssignment(text))).toEqual(expected);
  });

  test.each([
    ["command.1=b", { command: ["a", "b"] }, { command: ["a", "b"] }],
    ["command[0]=z", { command: ["a", "b"] }, { command: ["z", "b"] }],
    ["command.2=c", { command: ["a", "b"] }, { command: ["a", "b", "c"] }],
    ["list.0.name=x", { list: [{ name: "a", value: 1 }] }, { list: [{ name: "x", value: 1 }] }],
    ["a.b=1", { a: "text" }, { a: { b: 1 } }],
  ])("applies %s to %j", (text, document, expected) => {
    expect(assign(document, parseAssignment(text))).toEqual(expected);
  });

  test("leaves the document it was given as it is", () => {
    const document = { command: ["a"] };

    assign(document, parseAssignment("command.0=b"));

    expect(document).toEqual({ command: ["a"] });
  });

  test.each(["nothing", "=1", "a..b=1", "__proto__.x=1", "a=[1,"])("refuses %j", (text) => {
    expect(() => parseAssignment(text)).toThrow(UsageError);
  });

  test.each([
    [
      "a=0644",
      "an octal number in YAML 1.1, as kubectl reads it, and a decimal number in YAML 1.2",
    ],
    ["a=no", 'no is false in YAML 1.1, as kubectl reads it, and the text "no" in YAML 1.2'],
  ])("refuses %s, which two readers of YAML read differently", (text, words) => {
    expect(() => parseAssignment(text)).toThrow(words);
  });

  test.each(["list.3=x", "list.-1=x", "list.first=x"])("refuses %s in a list of two", (text) => {
    expect(() => assign({ list: [1, 2] }, parseAssignment(text))).toThrow(
      "no index of a list of 2",
    );
  });

  test("does not repeat the value in its complaint, which may be a secret", () => {
    expect(() => parseAssignment("infrastructure.image_registry.password=[hunter2")).not.toThrow(
      "hunter2",
    );
  });
});
