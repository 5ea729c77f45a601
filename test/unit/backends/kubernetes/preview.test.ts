import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { buildJob } from "../../../../lib/backends/kubernetes/manifest/build-job.ts";
import { previewJob } from "../../../../lib/backends/kubernetes/preview.ts";
import { aJobRun, refusalOf } from "../../../support/kubernetes-runs.ts";

const previewOf = (fields: Record<string, unknown>) => previewJob(aJobRun(fields)).text;

describe("the preview of a Job", () => {
  test("is the YAML of what is sent, to the letter", () => {
    const run = aJobRun({
      name: "My Flow!",
      labels: { team: "data" },
      env: { TEXT: "a: b\n- 'c' #\ttab", YES: "yes", NUMBER: "0123", LONG: "word ".repeat(100) },
      command: ["sh", "-c", "echo {} | tr a b\nexit 0\n"],
      timeout_seconds: 60,
    });

    const { language, text } = previewJob(run);

    expect(language).toBe("yaml");
    expect(load(text)).toEqual(JSON.parse(JSON.stringify(buildJob(run))));
  });

  test("refuses what submit refuses", () => {
    expect(refusalOf(() => previewOf({ image: "a b" })).code).toBe("Invalid");
  });

  test("shows the names of secret variables and none of their values", () => {
    const text = previewOf({
      env: { API_TOKEN: "s3cr3t-value", PLAIN: "plain-value", EMPTY_TOKEN: "" },
    });

    expect(text).toContain("API_TOKEN");
    expect(text).toContain("plain-value");
    expect(text).not.toContain("s3cr3t-value");
    expect(text.match(/\[redacted\]/g)).toHaveLength(1);
  });

  test.each<[string, Record<string, unknown>]>([
    ["in a URL", { env: { DATABASE_URL: "postgres://me:s3cr3t-value@db/x" } }],
    [
      "in the command",
      { env: { API_TOKEN: "s3cr3t-value" }, command: ["x", "--token=s3cr3t-value"] },
    ],
    [
      "in a header of the command",
      { command: ["curl", "-H", "Authorization: Bearer s3cr3t-value"] },
    ],
    [
      "in another container",
      {
        customizations: [
          {
            op: "add",
            path: "/spec/template/spec/initContainers",
            value: [{ name: "init", env: [{ name: "PASSWORD", value: "s3cr3t-value" }] }],
          },
        ],
      },
    ],
    [
      "in an annotation's URL",
      {
        customizations: [
          { op: "add", path: "/metadata/annotations", value: { x: "https://me:s3cr3t-value@x" } },
        ],
      },
    ],
  ])("hides a secret %s", (_title, fields) => {
    const text = previewOf(fields);

    expect(text).toContain("[redacted]");
    expect(text).not.toContain("s3cr3t-value");
  });

  test("leaves what is sent as it is", () => {
    const run = aJobRun({ env: { API_TOKEN: "s3cr3t-value" } });

    previewJob(run);

    expect(JSON.stringify(buildJob(run))).toContain("s3cr3t-value");
  });
});
