import { expect, test } from "vitest";
import { presentError } from "../../../lib/cli/present-error.ts";
import { UsageError } from "../../../lib/cli/usage-error.ts";
import { invalid, unavailable } from "../../../lib/runs/launch-error.ts";

const systemError = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: refused`), { code, syscall: "open", ...(path && { path }) });

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
  [
    "a place that is no directory",
    systemError("ENOTDIR", "/state/slipway/queue"),
    71,
    ["This machine could not do it: not a directory (/state/slipway/queue)"],
  ],
  [
    "a full disk under the queue",
    Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 }),
    71,
    ["This machine could not do it: the disk is full"],
  ],
  [
    "a limit behind another error",
    new Error("no connection", { cause: systemError("EMFILE") }),
    71,
    ["This machine could not do it: too many open files"],
  ],
  ["a defect that has a code", Object.assign(new Error("odd"), { code: "ERR_X" }), 70, ["odd"]],
  ["a defect of ours", new TypeError("x is undefined"), 70, ["x is undefined"]],
])("shows %s as a person wants to read it", (_what, error, exitCode, lines) => {
  expect(presentError(error)).toMatchObject({ exitCode, lines });
});

test("lets no terminal sequence of an engine's words through", () => {
  expect(presentError(unavailable("\u001b[31mred\u0007")).lines).toEqual(["red\uFFFD"]);
});
