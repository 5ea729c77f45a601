import { describe, expect, test } from "vitest";
import { baseEnvironment, runEnvironment } from "../../../lib/runs/environment.ts";

const uuid = "6F9619FF-8B86-D011-B42D-00CF4FC964FF";

describe("baseEnvironment", () => {
  test("takes the deployment's PREFECT_ variables and nothing else of it", () => {
    const own = { PREFECT_API_URL: "http://a", PREFECT_X: undefined, AWS_SECRET_ACCESS_KEY: "k" };

    expect(baseEnvironment(own)).toEqual({ PREFECT_API_URL: "http://a" });
  });

  test("lets the configuration override and add", () => {
    const own = { PREFECT_API_URL: "http://a" };

    expect(baseEnvironment(own, { PREFECT_API_URL: "http://b", TZ: "UTC" })).toEqual({
      PREFECT_API_URL: "http://b",
      TZ: "UTC",
    });
  });
});

describe("runEnvironment", () => {
  test("puts the request's variables over the base, and null unsets", () => {
    expect(runEnvironment({ A: "1", B: "1", C: "1" }, { B: "2", C: null, D: "" }, "a")).toEqual({
      A: "1",
      B: "2",
      D: "",
      SLIPWAY_RUN_ID: "a",
    });
  });

  test.each([uuid, uuid.toLowerCase(), uuid.replaceAll("-", "")])(
    "names the flow run of %s as the flow engine does",
    (id) => {
      expect(runEnvironment({}, {}, id)).toEqual({
        PREFECT__FLOW_RUN_ID: "6f9619ff8b86d011b42d00cf4fc964ff",
        SLIPWAY_RUN_ID: id,
      });
    },
  );

  test("lets nobody rename the run", () => {
    const base = { PREFECT__FLOW_RUN_ID: "other", SLIPWAY_RUN_ID: "other" };
    const requested = { PREFECT__FLOW_RUN_ID: "other", SLIPWAY_RUN_ID: null };

    expect(runEnvironment(base, requested, uuid)).toEqual({
      PREFECT__FLOW_RUN_ID: "6f9619ff8b86d011b42d00cf4fc964ff",
      SLIPWAY_RUN_ID: uuid,
    });
  });
});
