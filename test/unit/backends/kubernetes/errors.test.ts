import { describe, expect, test } from "vitest";
import { ApiError, isOutdated } from "../../../../lib/backends/kubernetes/api/api-error.ts";
import type { ApiStatus } from "../../../../lib/backends/kubernetes/api/api-types.ts";
import { toCreateError } from "../../../../lib/backends/kubernetes/api/create-error.ts";
import { toLaunchError } from "../../../../lib/backends/kubernetes/api/errors.ts";
import { statusText } from "../../../../lib/backends/kubernetes/api/status-text.ts";

const refusal = (code: number, message: string, details: ApiStatus["details"] = {}) =>
  new ApiError(code, message, { status: { code, message, details, reason: "R" } });

describe("a create that is refused", () => {
  test.each([
    [
      422,
      'Job.batch "x" is invalid: spec.template.spec.containers[0].image: Required value',
      "Invalid",
    ],
    [400, 'Job in version "v1" cannot be handled as a Job', "Invalid"],
    [404, 'namespaces "nowhere" not found', "Invalid"],
    [403, "unable to create new content in namespace x because it is being terminated", "Invalid"],
    [413, "Request entity too large: limit is 3145728", "Invalid"],
    [500, "etcdserver: request is too large", "Invalid"],
    [422, "Too long: must have at most 262144 bytes", "Invalid"],
    [
      403,
      'jobs.batch is forbidden: User "bot" cannot create resource "jobs" in API group "batch"',
      "Denied",
    ],
    [403, 'admission webhook "policy.example" denied the request: no', "AdmissionDenied"],
    [422, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", "AdmissionDenied"],
    [400, 'admission webhook "policy.example" denied the request: no', "AdmissionDenied"],
    [422, 'Job.batch "denied-claims-7kq2" is invalid: spec.template: Required value', "Invalid"],
    [403, "something else that is forbidden", "AdmissionDenied"],
  ])("with %i is refused for good: %s → %s", (status, message, code) => {
    const error = toCreateError(refusal(status, message), "create", []);

    expect(error).toMatchObject({ code, retryable: false });
  });

  test.each([
    'jobs.batch "x" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5',
    'jobs.batch "x" is forbidden: status unknown for quota: q, resources: count/jobs.batch',
    'admission webhook "capsule.example" denied the request: exceeded quota of the tenant',
  ])("by a quota may succeed once others have ended: %s", (message) => {
    expect(toCreateError(refusal(403, message), "create", [])).toMatchObject({
      code: "QuotaExceeded",
      blame: "platform",
      retryable: true,
    });
  });

  test("by a rule that quotes those words is refused for good", () => {
    const message =
      'admission webhook "x" denied the request: label "exceeded quota" is not allowed';

    expect(toCreateError(refusal(403, message), "create", [])).toMatchObject({
      code: "AdmissionDenied",
      retryable: false,
    });
  });

  test.each([
    [401, "Unauthorized"],
    [409, "Operation cannot be fulfilled on resourcequotas"],
    [429, "too many requests"],
    [500, "Internal error occurred: failed calling webhook"],
    [500, "etcdserver: mvcc: database space exceeded"],
    [503, "apiserver not ready"],
    [504, "Timeout: request did not complete"],
    [0, "connect ECONNREFUSED"],
  ])("with %i may succeed later: %s", (status, message) => {
    expect(toCreateError(refusal(status, message), "create", [])).toMatchObject({
      code: "EngineLost",
      retryable: true,
    });
  });

  test("says nothing of what the manifest holds", () => {
    const secrets = ["s3cr3t-value"];
    const message = "denied: s3cr3t-value in env";
    for (const code of [403, 422, 500, 0]) {
      const error = toCreateError(refusal(code, message), "create", secrets);

      const causes = [error.message, String(error.cause), JSON.stringify(error.cause)];
      expect(causes.join()).not.toContain("s3cr3t-value");
    }
  });

  test("passes on how long the cluster wants to be left alone", () => {
    const error = new ApiError(429, "slow", { retryAfterMs: 7_000 });

    expect(toCreateError(error, "create", [])).toMatchObject({ retryAfterMs: 7_000 });
  });
});

describe("what the API server says", () => {
  const caused = (message: string) =>
    statusText({ message: "whole", details: { causes: [{ field: "spec.x", message }] } });

  test.each([
    ['Invalid value: "hush-hush": must be a label', "spec.x: Invalid value: must be a label"],
    ['Invalid value: "a \\"hush-hush\\": b": must be', "spec.x: Invalid value: must be"],
    ['Duplicate value: "hush-hush"', "spec.x: Duplicate value"],
    [
      'Unsupported value: "hush-hush": supported values: "A"',
      'spec.x: Unsupported value: supported values: "A"',
    ],
    ['Invalid value: core.EnvVar{Value:"hush-hush"}: field is immutable', "spec.x: Invalid value"],
    ["Invalid value: -1: must be greater than 0", "spec.x: Invalid value: must be greater than 0"],
    ["Required value", "spec.x: Required value"],
  ])("is told without the values it quotes: %s", (message, text) => {
    expect(caused(message)).toBe(text);
  });

  test("is told without the excerpt of a body that an older decoder quotes", () => {
    const message =
      'v1.Job: ReadString: expects " or n, error found in #10 byte of ...|hush-hush|...';

    expect(statusText({ message })).toBe('v1.Job: ReadString: expects " or n');
  });
});

describe("any other call that fails", () => {
  test.each([0, 401, 403, 404, 409, 410, 429, 500, 503])("with %i may succeed later", (code) => {
    const error = toLaunchError(refusal(code, "no"), "list the Jobs");

    expect(error).toMatchObject({ code: "EngineLost", retryable: true });
    expect(error.message).toContain("list the Jobs");
  });

  test("has a hint where rights or credentials are missing", () => {
    expect(toLaunchError(refusal(401, "no"), "list").hint).toContain("credentials");
    expect(toLaunchError(refusal(403, "no"), "list").hint).toContain("deploy/kubernetes");
  });
});

describe("a connection is looked up anew", () => {
  const lost = (code: string) =>
    new ApiError(0, "no", { cause: Object.assign(new Error(), { code }) });

  test.each([
    ["after a refused token", refusal(401, "no"), true],
    ["after an authority that does not vouch any more", lost("SELF_SIGNED_CERT_IN_CHAIN"), true],
    ["after an address that is not there any more", lost("ENOTFOUND"), true],
    ["not after a reset", lost("ECONNRESET"), false],
    ["not after an answer", refusal(500, "no"), false],
  ])("%s", (_, error, expected) => {
    expect(isOutdated(error)).toBe(expected);
  });
});
