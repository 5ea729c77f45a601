import { expect, test } from "vitest";
import { presentError } from "../../../lib/cli/present-error.ts";
import { UsageError } from "../../../lib/cli/usage-error.ts";
import { invalid, unavailable } from "../../../lib/runs/launch-error.ts";

test.each([
  ["a wrong command line", new UsageError("no such file", "look again"), 64, ["no such file"]],
  ["one problem", invalid([{ path: "a.b", message: "is wrong" }]), 65, ["a.b: is wrong"]],
  [
    "several problems",
    invalid([
      { path: "a", message: "is wrong" },
      { path: "", message: "is odd" },
    ]),
    65,
    ["2 problems:", "  a: is wrong", "  is odd"],
  ],
  ["an engine that is down", unavailable("no answer"), 69, ["no answer"]],
  ["a defect of ours", new TypeError("x is undefined"), 70, ["x is undefined"]],
])("shows %s as a person wants to read it", (_what, error, exitCode, lines) => {
  expect(presentError(error)).toMatchObject({ exitCode, lines });
});

test("lets no terminal sequence of an engine's words through", () => {
  expect(presentError(unavailable("\u001b[31mred\u0007")).lines).toEqual(["red\uFFFD"]);
});
