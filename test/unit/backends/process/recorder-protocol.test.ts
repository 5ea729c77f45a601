import { expect, test } from "vitest";
import {
  inheritedEnvironment,
  recorderEnvironment,
} from "../../../../lib/backends/process/recorder-protocol.ts";

test("keeps the launcher's Node options and run from the recorder", () => {
  const env = { PATH: "/bin", NODE_OPTIONS: "--inspect", SLIPWAY_RUN_UID: "outer" };

  const own = recorderEnvironment(env, "/cache");

  expect(own).toMatchObject({ PATH: "/bin", NODE_COMPILE_CACHE: "/cache" });
  expect([own.NODE_OPTIONS, own.SLIPWAY_RUN_UID]).toEqual([undefined, undefined]);
});

test.each([
  { PATH: "/bin" },
  {
    PATH: "/bin",
    NODE_OPTIONS: "--inspect",
    SLIPWAY_RUN_UID: "outer",
    NODE_COMPILE_CACHE: "/mine",
  },
  { NODE_OPTIONS: "" },
])("gives the command what the launcher had: %j", (env) => {
  expect(inheritedEnvironment(recorderEnvironment(env, "/cache"))).toEqual(env);
});
