import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dockerLogin } from "../../../../lib/backends/docker/image/docker-login.ts";
import { parseImageReference } from "../../../../lib/runs/image-reference.ts";
import {
  createLoginFolder,
  type LoginFolder,
} from "../../../integration/docker/support/login-folder.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const entry = (text: string) => ({ auth: base64(text) });
const HUB = "https://index.docker.io/v1/";
const me = (serveraddress: string) => ({ username: "me", password: "pa:ss word", serveraddress });

describe("the docker program's login", () => {
  let folder: LoginFolder;
  beforeAll(async () => {
    folder = await createLoginFolder();
  });
  afterAll(() => folder.dispose());

  async function loginFor(image: string, config: unknown) {
    await folder.writeConfig(config);
    return dockerLogin(parseImageReference(image), folder.env);
  }

  test.each<[string, string, unknown, unknown]>([
    ["a registry", "ghcr.io/a/b", { auths: { "ghcr.io": entry("me:pa:ss word") } }, me("ghcr.io")],
    [
      "a registry with a port",
      "127.0.0.1:5000/b",
      { auths: { "127.0.0.1:5000": entry("me:pa:ss word") } },
      me("127.0.0.1:5000"),
    ],
    [
      "a registry by an old address",
      "ghcr.io/a/b",
      { auths: { "https://ghcr.io/v1/": entry("me:pa:ss word") } },
      me("ghcr.io"),
    ],
    ["Docker Hub", "a/b", { auths: { [HUB]: entry("me:pa:ss word") } }, me(HUB)],
    [
      "a token",
      "ghcr.io/a",
      { auths: { "ghcr.io": { ...entry("me:"), identitytoken: "t" } } },
      { identitytoken: "t", serveraddress: "ghcr.io" },
    ],
    [
      "another registry only",
      "quay.io/a",
      { auths: { "ghcr.io": entry("me:x"), "quay.io.evil.example": entry("me:x") } },
      undefined,
    ],
    ["nobody", "quay.io/a", { auths: null, credsStore: "", credHelpers: {} }, undefined],
    ["an entry without a login", "ghcr.io/a", { auths: { "ghcr.io": {} } }, undefined],
    ["an empty file", "ghcr.io/a", "", undefined],
    [
      "a file with a byte-order mark",
      "ghcr.io/a",
      `\uFEFF${JSON.stringify({ auths: { "ghcr.io": entry("me:pa:ss word") } })}`,
      me("ghcr.io"),
    ],
  ])("for %s is read from its file", async (_title, image, config, login) => {
    expect(await loginFor(image, config)).toEqual(login);
  });

  test("is nobody's where there is no file", async () => {
    const env = { DOCKER_CONFIG: "/nonexistent" };

    expect(await dockerLogin(parseImageReference("a"), env)).toBeUndefined();
  });

  test("is asked of the registry's helper, else of the one for all", async () => {
    const [own, all] = await Promise.all([
      folder.writeHelper("own", { Username: "me", Secret: "pa:ss word" }),
      folder.writeHelper("all", { Username: "<token>", Secret: "t" }),
    ]);
    const config = { credHelpers: { "ghcr.io": "own" }, credsStore: "all" };

    expect(await loginFor("ghcr.io/a", config)).toEqual(me("ghcr.io"));
    expect(await loginFor("a", config)).toEqual({ identitytoken: "t", serveraddress: HUB });
    expect(await readFile(own.asked, "utf8")).toBe("get\nghcr.io");
    expect(await readFile(all.asked, "utf8")).toBe(`get\n${HUB}`);
  });

  test("is nobody's where the helper has none", async () => {
    await folder.writeHelper("none", "credentials not found in native keychain", 1);

    expect(await loginFor("ghcr.io/a", { credsStore: "none" })).toBeUndefined();
  });

  test.each<[string, unknown, number, RegExp]>([
    ["fails", "secret: hunter22", 1, /docker-credential-broken gave no login .*exit code 1/],
    ["says nothing that is known", "hunter22", 0, /answered something else than a login/],
    ["answers without a secret", { Username: "hunter22" }, 0, /something else than a login/],
  ])("is the launcher's trouble where the helper %s", async (_title, answer, code, message) => {
    await folder.writeHelper("broken", answer, code);

    const login = loginFor("ghcr.io/a", { credsStore: "broken" });

    await expect(login).rejects.toMatchObject({
      code: "ConfigError",
      retryable: true,
      message: expect.stringMatching(message),
    });
    await expect(login).rejects.toMatchObject({ message: expect.not.stringContaining("hunter22") });
  });

  test.each(["missing", "../../bin/sh", "a b"])(
    "runs no other program than a helper: %s",
    async (credsStore) => {
      const login = loginFor("ghcr.io/a", { credsStore });

      await expect(login).rejects.toMatchObject({ code: "ConfigError", retryable: true });
    },
  );
});
