import { describe, expect, test } from "vitest";
import {
  createSecretResolver,
  type RemoteSecrets,
  resolveEnvironment,
} from "../../../lib/config/secrets.ts";
import { LaunchError } from "../../../lib/runs/launch-error.ts";
import { Secret } from "../../../lib/runs/redact.ts";

describe("createSecretResolver", () => {
  test("reads several references in one text, each from its own place", async () => {
    const resolver = createSecretResolver({
      env: { USER: "bot" },
      readText: async (path) => `text of ${path}\n`,
      loadRemote: async () => stores({ "secret:s": "hush", "ssm:/p": "param" }),
    });

    const text = await resolver.resolve(
      new Secret("${env:USER}:${secret:s}:${ssm:/p}:${file:/f}:$${env:USER}"),
    );

    expect(text).toBe("bot:hush:param:text of /f:${env:USER}");
  });

  test("returns a text without references as it stands, and loads nothing for it", async () => {
    const resolver = createSecretResolver({
      loadRemote: () => Promise.reject(new Error("loaded")),
    });

    expect(await resolver.resolve(new Secret("plain"))).toBe("plain");
  });

  test("takes a field of a secret that is a JSON object", async () => {
    const resolver = createSecretResolver({
      loadRemote: async () => stores({ "secret:db": '{"password":"p","port":5432}' }),
    });

    const text = await resolver.resolve(new Secret("${secret:db#password}@${secret:db#port}"));

    expect(text).toBe("p@5432");
  });

  test("reads once for everybody who asks at the same time, and again when it is old", async () => {
    let reads = 0;
    let now = 0;
    const resolver = createSecretResolver({
      loadRemote: async () => ({ ...stores({}), secret: async () => `value ${++reads}` }),
      maxAgeMs: 1_000,
      now: () => now,
    });
    const resolve = () => resolver.resolve(new Secret("${secret:s}"));

    const first = await Promise.all([resolve(), resolve(), resolve()]);
    now = 999;
    const kept = await resolve();
    now = 1_000;
    const refreshed = await resolve();

    expect([...first, kept, refreshed]).toEqual([
      "value 1",
      "value 1",
      "value 1",
      "value 1",
      "value 2",
    ]);
  });

  test("does not keep a failure", async () => {
    const answers = [new LaunchError("ConfigError", "ThrottlingException", { retryable: true })];
    const resolver = createSecretResolver({
      loadRemote: async () => ({
        ...stores({}),
        ssm: async () => {
          const failure = answers.pop();
          if (failure) throw failure;
          return "there";
        },
      }),
    });
    const resolve = () => resolver.resolve(new Secret("${ssm:/p}"));

    await expect(resolve()).rejects.toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: "${ssm:/p}: ThrottlingException",
    });
    expect(await resolve()).toBe("there");
  });

  test.each([
    ["${env:NOPE}", "${env:NOPE}: the environment has no such variable"],
    ["${file:/none}", "${file:/none}: the file /none cannot be read (ENOENT)"],
    ["${secret:none}", "${secret:none}: ResourceNotFoundException"],
    ["${secret:s#none}", '${secret:s#none}: it is no JSON object with a text under "none"'],
  ])("names %s and no value where it cannot be read", async (text, message) => {
    const resolver = createSecretResolver({
      env: {},
      readText: () => Promise.reject(Object.assign(new Error("no"), { code: "ENOENT" })),
      loadRemote: async () => stores({ "secret:s": '{"password":"hunter22"}' }),
    });

    const error = await resolver.resolve(new Secret(text)).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: "ConfigError", message, retryable: true }); // the operator can put it right
    expect(String(error)).not.toContain("hunter22");
  });
});

test("the environment's references are read one by one", async () => {
  const resolver = createSecretResolver({ loadRemote: async () => stores({ "secret:k": "key" }) });

  const environment = await resolveEnvironment(
    { PREFECT_API_KEY: "${secret:k}", PREFECT_API_URL: "http://x" },
    resolver,
  );

  expect(environment).toEqual({ PREFECT_API_KEY: "key", PREFECT_API_URL: "http://x" });
});

function stores(values: Record<string, string>): RemoteSecrets {
  const read = (scheme: string) => async (name: string) => {
    const value = values[`${scheme}:${name}`];
    if (value === undefined) throw new LaunchError("ConfigError", "ResourceNotFoundException");
    return value;
  };
  return { secret: read("secret"), ssm: read("ssm") };
}
