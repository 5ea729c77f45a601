import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { parseDocuments, readDocuments } from "../../../../lib/cli/input/documents.ts";

describe("a request file", () => {
  test.each([
    ["one YAML document", "id: a", [{ id: "a" }]],
    ["several YAML documents", "id: a\n---\nid: b\n", [{ id: "a" }, { id: "b" }]],
    ["a YAML list", "- id: a\n- id: b", [{ id: "a" }, { id: "b" }]],
    ["lists in several documents", "- id: a\n---\n- id: b", [{ id: "a" }, { id: "b" }]],
    ["JSON", '{"id": "a"}', [{ id: "a" }]],
    ["JSON indented with tabs", '{\n\t"id":\t"a"\n}', [{ id: "a" }]],
    ["a JSON list", '[{"id":"a"},{"id":"b"}]', [{ id: "a" }, { id: "b" }]],
    ["nothing", "", []],
    ["comments only", "# nothing here\n---\n", []],
  ])("may hold %s", (_what, content, expected) => {
    expect(parseDocuments(content, "file")).toEqual(expected);
  });

  test("that is broken is refused with its place and without its content", () => {
    const broken = () => parseDocuments("id: a\npassword: 'hunter2\n", "run.yaml");

    expect(broken).toThrow(/^run\.yaml:\d+:\d+: /);
    expect(broken).not.toThrow("hunter2");
  });

  test("that two readers of YAML read differently is refused with every place", () => {
    const text = "id: a\ninfrastructure:\n  timeout_seconds: 010\n  stream_output: off\n";

    expect(() => parseDocuments(text, "run.yaml")).toThrow(
      "run.yaml:3:20: infrastructure.timeout_seconds: an octal number in YAML 1.1, as kubectl reads it, and a decimal " +
        "number in YAML 1.2; write plain digits, or quote it; run.yaml:4:18: infrastructure.stream_output: off is false",
    );
  });

  test("may come from stdin", async () => {
    const stdin = Readable.from(["id: ", "a"]);

    const source = await readDocuments("-", { stdin, cwd: "/somewhere" });

    expect(source).toEqual({ name: "stdin", directory: "/somewhere", documents: [{ id: "a" }] });
  });

  test("that is not there is named", async () => {
    const reading = readDocuments("none.yaml", { stdin: Readable.from([]), cwd: "/tmp" });

    await expect(reading).rejects.toMatchObject({
      message: "none.yaml: there is no such file",
      exitCode: 66,
    });
  });
});
