import { describe, expect, test } from "vitest";
import {
  authConfigOf,
  credentialsOf,
  registryHost,
} from "../../../../lib/backends/docker/image/credentials.ts";
import { encodeAuth, pullError } from "../../../../lib/backends/docker/image/pull-errors.ts";
import { Config } from "../../../../lib/config/config.ts";
import { createSecretResolver } from "../../../../lib/config/secrets.ts";
import { parseImageReference } from "../../../../lib/runs/image-reference.ts";
import type { Secret } from "../../../../lib/runs/redact.ts";

const AUTH = { serveraddress: "ghcr.io", username: "bot", password: "pa:ss word" };

const config = Config.parse({
  registries: {
    ghcr: {
      registry_url: "https://ghcr.io",
      username: "bot",
      password: "pa:ss word",
      reauth: false,
    },
  },
});
const secrets = { resolve: async (secret: Secret) => secret.reveal() };
const inline = (registry_url?: string, password = "pa:ss word") => ({
  username: "me",
  password,
  reauth: true,
  ...(registry_url && { registry_url }),
});
const of = (image: string, image_registry: Parameters<typeof credentialsOf>[0]["image_registry"]) =>
  credentialsOf({ image_registry }, parseImageReference(image), config);

describe("a registry's host", () => {
  test.each([
    ["ghcr.io", "ghcr.io"],
    ["https://ghcr.io/v2/", "ghcr.io"],
    ["http://127.0.0.1:5000", "127.0.0.1:5000"],
    ["127.0.0.1:5000/", "127.0.0.1:5000"],
    ["https://index.docker.io/v1/", "docker.io"],
    ["docker.io", "docker.io"],
    ["Registry-1.Docker.IO", "docker.io"],
  ])("of %s is %s", (url, host) => {
    expect(registryHost(url)).toBe(host);
  });
});

describe("credentials", () => {
  test("are named in the configuration or given by the request, with any password", async () => {
    const named = of("ghcr.io/acme/etl", "ghcr");
    const given = of("127.0.0.1:5000/etl", inline("http://127.0.0.1:5000"));
    const hub = of("acme/etl", inline());

    expect(named).toMatchObject({ username: "bot", reauth: false });
    expect(hub).toMatchObject({ registryUrl: "https://index.docker.io/v1/" });
    expect(given && (await authConfigOf(given, secrets))).toEqual({
      username: "me",
      password: "pa:ss word",
      serveraddress: "http://127.0.0.1:5000",
    });
    expect(of("acme/etl", undefined)).toBeUndefined();
  });

  test.each([
    ["an unknown registry", "ghcr.io/a", "gchr", /did you mean ghcr/],
    ["those of another registry", "evil.com/a", "ghcr", /for "ghcr.io", but .* "evil.com"/],
    ["Docker Hub's for another registry", "ghcr.io/a", inline(), /for "docker.io"/],
    ["a user name over two lines", "a", { ...inline(), username: "a\r\nb" }, /line breaks/],
  ])("are refused for %s", (_title, image, registry, message) => {
    expect(() => of(image, registry)).toThrow(
      expect.objectContaining({ code: "Invalid", message: expect.stringMatching(message) }),
    );
  });

  test("are refused where the password holds a line break, without showing it", async () => {
    const given = of("a", inline(undefined, "hunter22\r\nX-Evil: 1"));

    const sent = given && authConfigOf(given, secrets);

    await expect(sent).rejects.toMatchObject({ message: expect.not.stringContaining("hunter22") });
  });

  test("of a request are no references: they cannot bring the operator's secrets to a registry", async () => {
    const given = of("a", inline(undefined, "${env:HUSH}"));
    const operators = createSecretResolver({ env: { HUSH: "hunter22" } });

    const sent = given && (await authConfigOf(given, operators));

    expect(sent).toMatchObject({ password: "${env:HUSH}" });
  });

  test.each([
    ["a password over two lines", { password: "a\nb" }, /registries.broken.password/],
    ["a user name over two lines", { username: "a\r\nb" }, /registries.broken.username/],
    ["a URL over two lines", { registry_url: "ghcr.io/\n" }, /registries.broken.registry_url/],
    ["a secret that is not there", { password: "${env:GONE}" }, /\$\{env:GONE\}/],
  ])("of the configuration with %s are the operator's fault", async (_title, wrong, message) => {
    const entry = { registry_url: "ghcr.io", username: "bot", password: "x", ...wrong };
    const registries = Config.parse({ registries: { broken: entry } });
    const image = parseImageReference("ghcr.io/a");

    const sent = (async () => {
      const found = credentialsOf({ image_registry: "broken" }, image, registries);
      return found && authConfigOf(found, createSecretResolver({ env: {} }));
    })();

    await expect(sent).rejects.toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringMatching(message),
    });
  });
});

describe("credentials for the engine", () => {
  test.each(["a", "ab", "abc", "pa:ss word", "ÿÿÿ??>>~~"])("keep their padding: %j", (password) => {
    const encoded = encodeAuth({ username: "me", password, serveraddress: "ghcr.io" });

    expect(encoded).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
    expect(encoded.length % 4).toBe(0);
    expect(JSON.parse(Buffer.from(encoded, "base64url").toString())).toMatchObject({ password });
  });
});

describe("a pull that fails", () => {
  const image = parseImageReference("ghcr.io/acme/etl:1");
  test.each<[string, boolean, string, boolean]>([
    [
      "manifest for ghcr.io/acme/etl:1 not found: manifest unknown: manifest unknown",
      false,
      "ImageNotFound",
      false,
    ],
    [
      "pull access denied for acme/etl, repository does not exist or may require 'docker login'",
      false,
      "ImageNotFound",
      false,
    ],
    [
      "pull access denied for acme/etl, repository does not exist or may require 'docker login'",
      true,
      "ImageAuth",
      false,
    ],
    ["unauthorized: authentication required", true, "ImageAuth", false],
    [
      'Head "http://127.0.0.1:5000/v2/x/manifests/1": no basic auth credentials',
      false,
      "ImageAuth",
      false,
    ],
    ["unauthorized: incorrect username or password", true, "ImageAuth", false],
    [
      "no matching manifest for linux/amd64 in the manifest list entries",
      false,
      "ImageInvalid",
      false,
    ],
    [
      "toomanyrequests: You have reached your pull rate limit. unauthorized",
      false,
      "EngineLost",
      true,
    ],
    ['Get "https://ghcr.io/v2/": dial tcp 10.0.0.1:443: i/o timeout', false, "EngineLost", true],
    ["received unexpected HTTP status: 503 Service Unavailable", false, "EngineLost", true],
    ["write /var/lib/docker/tmp/x: no space left on device", false, "EngineLost", true],
    [
      "manifest for localhost:40177/denied/unauthorized:401 not found: manifest unknown",
      false,
      "ImageNotFound",
      false,
    ],
    [
      'Get "http://localhost:40177/v2/": dial tcp 127.0.0.1:40177: connect: connection refused',
      false,
      "EngineLost",
      true,
    ],
    ["something nobody has seen yet", false, "EngineLost", true],
  ])("%s (credentials: %s) is %s", (message, credentials, code, retryable) => {
    const auth = credentials ? AUTH : undefined;

    expect(pullError(image, message, auth)).toMatchObject({ code, retryable });
  });

  test("shows no credentials, though the engine repeats them", () => {
    const answer = `got {"password":"${AUTH.password}"} and ${encodeAuth(AUTH)}`;

    const { message } = pullError(image, answer, AUTH);

    expect(message).toContain('got {"password":"[redacted]"} and [redacted]');
  });
});
