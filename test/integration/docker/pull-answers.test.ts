import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import {
  type Access,
  type HttpRegistry,
  startHttpRegistry,
  USER,
} from "./support/http-registry.ts";
import { createSharedStage } from "./support/shared-engine.ts";

await describeWithEngine("docker", "an image that a registry does not give", () => {
  const stage = createSharedStage();
  let registries: Record<Access, HttpRegistry>;

  beforeAll(async () => {
    const [open, password, token] = await Promise.all([
      startHttpRegistry(),
      startHttpRegistry("password"),
      startHttpRegistry("token"),
    ]);
    registries = { open, password, token };
  });
  afterAll(async () => {
    await Promise.all(Object.values(registries ?? {}).map((registry) => registry.close()));
    await stage.close();
  });

  const forGood = (code: string) => ({ code, retryable: false });
  const forNow = { code: "EngineLost", retryable: true };
  const wrong = { ...USER, password: "wrong:pass word" };

  test.concurrent.for<[string, Access, object, Record<string, string> | undefined]>([
    ["unknown-tag", "open", forGood("ImageNotFound"), undefined],
    ["unknown-repository", "open", forGood("ImageNotFound"), undefined],
    ["not-found-in-plain-text", "open", forGood("ImageNotFound"), undefined],
    ["denied-with-detail", "open", forGood("ImageNotFound"), undefined],
    ["denied-with-detail", "open", forGood("ImageAuth"), USER],
    ["denied-with-default-message", "open", forGood("ImageAuth"), undefined],
    ["denied-in-a-word", "open", forGood("ImageAuth"), USER],
    ["denied-in-plain-text", "open", forGood("ImageNotFound"), undefined],
    ["denied-in-plain-text", "open", forGood("ImageAuth"), USER],
    ["one-of-ours", "token", forGood("ImageAuth"), undefined],
    ["one-of-ours", "token", forGood("ImageAuth"), USER],
    ["one-of-ours", "password", forGood("ImageAuth"), undefined],
    ["one-of-ours", "password", forGood("ImageAuth"), wrong],
    ["schema-1", "open", forGood("ImageInvalid"), undefined],
    ["other-platform", "open", forGood("ImageInvalid"), undefined],
    ["too-many-requests", "open", forNow, undefined],
    ["too-many-in-plain-text", "open", forNow, undefined],
    ["internal-error", "open", forNow, undefined],
    ["bad-gateway", "open", forNow, undefined],
    ["unavailable", "open", forNow, undefined],
  ])(
    "is classified by its answer: %s (%s)",
    async ([repository, access, verdict, login], { expect }) => {
      const { host } = registries[access];
      const image_registry = login && { ...login, registry_url: `http://${host}` };
      const what = stage.run("true", {
        image: `${host}/${repository}:1`,
        ...(image_registry && { image_registry }),
      });

      const refusal = await stage.submit(what).catch((error) => error);

      const { code, retryable, message } = refusal;
      expect({ code, retryable, message }).toEqual({
        ...verdict,
        message: expect.stringContaining("could not pull"),
      });
      expect(message).not.toContain("pass word");
      expect(await stage.listed(what)).toBeUndefined();
    },
  );

  test("is pulled where the login is right", async () => {
    const { host } = registries.password;
    const image_registry = { ...USER, registry_url: `http://${host}` };
    const what = stage.run("true", { image: `${host}/one-of-ours:1`, image_registry });

    const { outcome } = await stage.submit(what);

    expect(outcome).toBe("created");
    await stage.raw("DELETE", `/images/${host}/one-of-ours:1?force=1`);
  });
});
