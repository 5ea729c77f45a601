import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { type HttpRegistry, startHttpRegistry, USER } from "./support/http-registry.ts";
import { createLoginFolder, type LoginFolder } from "./support/login-folder.ts";
import { IMAGE } from "./support/raw-call.ts";
import { createSharedStage } from "./support/shared-engine.ts";
import type { Stage } from "./support/stage.ts";

await describeWithEngine("docker", "an image", () => {
  const stage = createSharedStage();
  let registry: HttpRegistry;
  const images: string[] = [];

  beforeAll(async () => {
    registry = await startHttpRegistry();
  });
  afterAll(async () => {
    await registry?.close();
    await stage.close();
    for (const image of images) await stage.raw("DELETE", `/images/${image}?force=1`);
  });

  async function pullByHand(host: string, repository: string, platform: string) {
    const query = `fromImage=${host}/${repository}&tag=1&platform=${platform}`;
    const { status } = await stage.raw("POST", `/images/create?${query}`);
    expect(status).toBe(200);
    images.push(`${host}/${repository}:1`);
  }

  async function architectureOf(container: string): Promise<string> {
    const { body } = await stage.raw("GET", `/containers/${container}/json`);
    const chosen = body.ImageManifestDescriptor?.platform.architecture; // the containerd store keeps several
    return chosen ?? (await stage.raw("GET", `/images/${body.Image}/json`)).body.Architecture;
  }

  describe("that is there for another platform", () => {
    test("is pulled for the one that the request asks for", async () => {
      await pullByHand(registry.host, "both-platforms", "linux/amd64");
      const image = `${registry.host}/both-platforms:1`;

      const { outcome, run } = await stage.submit(
        stage.run("true", { image, platform: "linux/arm64" }),
      );

      expect(outcome).toBe("created");
      expect(await architectureOf(run.uid)).toBe("arm64");
    });

    test("is refused where it must not be pulled", async () => {
      await pullByHand(registry.host, "one-platform", "linux/arm64");
      const fields = { image: `${registry.host}/one-platform:1`, platform: "linux/amd64" };
      const what = stage.run("true", { ...fields, image_pull_policy: "NEVER" });

      await expect(stage.submit(what)).rejects.toMatchObject({
        code: "ImageNotFound",
        retryable: false,
        message: expect.stringContaining("for another platform than linux/amd64"),
      });
    });

    test("is refused for good where its registry has no other", async () => {
      await pullByHand(registry.host, "one-platform", "linux/arm64");
      const fields = { image: `${registry.host}/one-platform:1`, platform: "linux/amd64" };

      await expect(stage.submit(stage.run("true", fields))).rejects.toMatchObject({
        code: "ImageInvalid",
        retryable: false,
      });
    });
  });

  test("that cannot be pulled but is there leads to IF_NOT_PRESENT", async () => {
    const other = await startHttpRegistry();
    await pullByHand(other.host, "one-of-ours", "linux/amd64");
    await other.close();
    const image = `${other.host}/one-of-ours:1`;

    const refusal = stage.submit(stage.run("true", { image, image_pull_policy: "ALWAYS" }));

    await expect(refusal).rejects.toMatchObject({
      hint: expect.stringMatching(/^The engine has .* already: image_pull_policy IF_NOT_PRESENT/),
    });
  });

  describe("by its id", () => {
    test("is taken as it is", async () => {
      const { body } = await stage.raw("GET", `/images/${IMAGE}/json`);
      const id = body.Id as string;

      for (const image of [id, id.slice("sha256:".length, "sha256:".length + 12)]) {
        const what = stage.run("exit 3", { image });
        await stage.submit(what);
        expect(await stage.untilEnded(what)).toMatchObject({ statusCode: 3 });
      }
    });

    test.each(["0123456789ab", `sha256:${"0123456789abcdef".repeat(4)}`])(
      "is looked for on no registry: %s",
      async (image) => {
        await expect(stage.submit(stage.run("true", { image }))).rejects.toMatchObject({
          code: "ImageNotFound",
          retryable: false,
          message: `the engine has no image with the id ${image}`,
          hint: expect.stringContaining("No registry knows an id"),
        });
      },
    );
  });

  describe("of a registry that the docker program has a login for", () => {
    let guarded: HttpRegistry;
    let folder: LoginFolder;
    beforeAll(async () => {
      [guarded, folder] = await Promise.all([startHttpRegistry("password"), createLoginFolder()]);
    });
    afterAll(async () => {
      await guarded?.close();
      await folder?.dispose();
    });

    const inFile = (password = USER.password) => ({
      auth: Buffer.from(`${USER.username}:${password}`).toString("base64"),
    });

    async function withConfig<T>(
      config: object,
      use: (own: Stage) => Promise<T>,
      env: Record<string, string> = {},
    ): Promise<T> {
      await folder.writeConfig(config);
      const own = createSharedStage({
        config: { policy: { special_hosts: ["127.0.0.1*"] } }, // in a function a registry here would be one
        env: { ...folder.env, ...env },
      });
      return use(own).finally(() => own.close());
    }

    const submit = (own: Stage) =>
      own.submit(
        own.run("true", { image: `${guarded.host}/one-of-ours:1`, image_pull_policy: "ALWAYS" }),
      );

    test.each<[string, () => object]>([
      ["in its file", () => ({ auths: { [`http://${guarded.host}/v2/`]: inFile() } })],
      ["of the registry's helper", () => ({ credHelpers: { [guarded.host]: "test" } })],
      ["of its store", () => ({ auths: { [guarded.host]: {} }, credsStore: "test" })],
    ])("is pulled with that %s", async (_title, config) => {
      await folder.writeHelper("test", { Username: USER.username, Secret: USER.password });

      const { outcome } = await withConfig(config(), submit);

      expect(outcome).toBe("created");
      expect(guarded.logins).toContain(`${USER.username}:${USER.password}`);
      images.push(`${guarded.host}/one-of-ours:1`);
    });

    test("is refused with the way to renew it where that is wrong", async () => {
      const refusal = withConfig({ auths: { [guarded.host]: inFile("old:pass word") } }, submit);

      await expect(refusal).rejects.toMatchObject({
        code: "ImageAuth",
        message: expect.not.stringContaining("pass word"),
        hint: expect.stringContaining(`docker login ${guarded.host}, or set image_registry`),
      });
    });

    test("is refused with the helper's trouble where that cannot be asked", async () => {
      const refusal = withConfig({ credsStore: "missing" }, submit);

      await expect(refusal).rejects.toMatchObject({
        code: "ImageAuth",
        hint: expect.stringMatching(/image_registry.*docker-credential-missing .*no such program/),
      });
    });

    test("is refused in a deployed function, which uses no login of its machine", async () => {
      const config = { auths: { [guarded.host]: inFile() } };

      const refusal = withConfig(config, submit, { AWS_LAMBDA_FUNCTION_NAME: "submit" });

      await expect(refusal).rejects.toMatchObject({
        code: "ImageAuth",
        hint: expect.stringContaining("No login was sent: set image_registry"),
      });
    });
  });
});
