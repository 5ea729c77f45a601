import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PullProgress } from "../../../lib/backends/dependencies.ts";
import { createDockerBackend } from "../../../lib/backends/docker/backend.ts";
import { runCli } from "../../../lib/cli/cli.ts";
import { anId } from "../../support/builders.ts";
import { aTerminal } from "../../support/captured-terminal.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { dependencies } from "./support/docker-subject.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { IMAGE } from "./support/raw-call.ts";
import { createStage, type Stage } from "./support/stage.ts";

const registry = process.env.REGISTRY;
if (!registry && process.env.SLIPWAY_REQUIRE_ENGINES?.includes("docker"))
  throw new Error("docker is required here, and so is its registry, but REGISTRY is not set");
const USER = { username: "runner", password: "pa:ss word" };

await describeWithEngine("docker", "images", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  const progress: PullProgress[] = [];
  const repository = `${registry}/slipway/${anId()}`;
  const config = {
    registries: { mine: { ...USER, registry_url: `http://${registry}`, reauth: false } },
  };

  beforeAll(async () => {
    engine = await startPrivateEngine();
    stage = createStage(engine.socket, {
      target: "default",
      config,
      env: { DOCKER_HOST: engine.host },
    });
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  const forget = (image: string) => stage.raw("DELETE", `/images/${image}?force=1`);

  test("are pulled never where the request says so", async () => {
    const what = stage.run("true", { image: "absent.example/none:1", image_pull_policy: "NEVER" });

    await expect(stage.submit(what)).rejects.toMatchObject({
      code: "ImageNotFound",
      retryable: false,
    });
    expect(await stage.listed(what)).toBeUndefined();
  });

  test("of a registry that does not answer are tried again", async () => {
    const what = stage.run("true", { image: "127.0.0.1:9/none:1" });

    await expect(stage.submit(what)).rejects.toMatchObject({ code: "EngineLost", retryable: true });
  });

  describe.skipIf(!registry)("of a registry with a password (set REGISTRY)", () => {
    beforeAll(async () => {
      await stage.raw("POST", `/images/${IMAGE}/tag?repo=${repository}&tag=1`);
      await push(`${repository}`, "1");
      await forget(`${repository}:1`);
    });

    async function push(name: string, tag: string) {
      const auth = Buffer.from(JSON.stringify({ ...USER, serveraddress: registry })).toString(
        "base64url",
      );
      const { request } = await import("node:http");
      await new Promise<void>((resolve, reject) => {
        const sent = request(
          {
            socketPath: engine.socket,
            method: "POST",
            path: `/images/${name}/push?tag=${tag}`,
            headers: { "X-Registry-Auth": auth },
          },
          (response) => response.resume().on("end", resolve),
        );
        sent.on("error", reject);
        sent.end();
      });
    }

    const inline = { ...USER, registry_url: registry };

    test("are pulled with the request's own credentials, and run", async () => {
      const end = await stage.ended("exit 3", { image: `${repository}:1`, image_registry: inline });

      expect(end).toMatchObject({ statusCode: 3 });
      const { body } = await stage.raw("GET", `/containers/${end.run.uid}/json`);
      expect(JSON.stringify(body)).not.toContain(USER.password);
      await forget(`${repository}:1`);
    });

    test("are pulled with those of the configuration, by digest and tag as well", async () => {
      const end = await stage.ended("exit 0", { image: `${repository}:1`, image_registry: "mine" });
      const { body } = await stage.raw("GET", `/images/${repository}:1/json`);
      const digest = body.RepoDigests[0].split("@")[1];
      await stage.raw("DELETE", `/containers/${end.run.uid}`);
      await forget(`${repository}:1`);

      const pinned = await stage.ended("exit 5", {
        image: `${repository}:1@${digest}`,
        image_registry: "mine",
      });

      expect(pinned).toMatchObject({ statusCode: 5 });
    });

    test("are pulled once for all who want them at the same moment, and tell how they come on", async () => {
      await forget(`${repository}:1`);
      const backend = createDockerBackend({
        ...dependencies({ target: "default", config, env: { DOCKER_HOST: engine.host } }, {}),
        onPullProgress: (step) => progress.push(step),
      });
      const fields = {
        image: `${repository}:1`,
        image_pull_policy: "ALWAYS",
        image_registry: "mine",
      };
      const runs = Array.from({ length: 5 }, () => stage.run("exit 0", fields));

      await Promise.all(runs.map((what) => backend.submit(what, stage.signal())));

      for (const what of runs)
        expect(await stage.untilEnded(what)).toMatchObject({ statusCode: 0 });
      const pulls = progress.filter(({ status }) => status.startsWith("Pulling from"));
      expect(pulls).toHaveLength(1);
      expect(progress.at(-1)).toMatchObject({ image: `${repository}:1`, layer: undefined });
      expect(progress.filter(({ isLast }) => isLast)).toEqual([progress.at(-1)]);
      expect(progress.some(({ layer }) => layer !== undefined)).toBe(true);
      await backend.close();
    });

    describe("tell on the command line how they come on", () => {
      const pull = async (args: readonly string[], isTTY: boolean) => {
        await removeContainers(); // containerd's image store keeps the content that one uses, and says nothing of it
        for (const name of [IMAGE, `${repository}:1`]) await forget(name); // by any name its layers are there
        const image = { image: `${repository}:1`, image_pull_policy: "ALWAYS" };
        const infrastructure = { type: "docker-container", ...image, image_registry: inline };
        const input = JSON.stringify({
          id: anId(),
          infrastructure: { ...infrastructure, command: ["true"] },
        });
        const env = { PATH: process.env.PATH, DOCKER_HOST: engine.host, HOME: engine.folder };
        const terminal = aTerminal({ input, env, cwd: engine.folder });
        if (isTTY) Object.assign(terminal.stderr, CURSOR);
        const exitCode = await runCli(["run", ...args, "-"], "0.0.0", terminal);
        return { exitCode, err: terminal.err() };
      };

      const removeContainers = async () => {
        const { body } = await stage.raw("GET", "/containers/json?all=1");
        for (const { Id } of body) await stage.raw("DELETE", `/containers/${Id}?force=1`);
      };

      afterAll(() => {
        const [repo, tag] = IMAGE.split(":");
        return stage.raw("POST", `/images/${repository}:1/tag?repo=${repo}&tag=${tag}`);
      });

      const done = () => true;
      const CURSOR = { isTTY: true, cursorTo: done, clearLine: done, moveCursor: done };

      test("in a line for what is there now, where lines stay", async () => {
        const { exitCode, err } = await pull([], false);

        expect(exitCode).toBe(0);
        const [first, ...layers] = err.trimEnd().split("\n");
        expect(first).toBe(`pulling ${repository}:1`);
        expect(layers.length).toBeGreaterThan(0);
        for (const line of layers)
          expect(line).toMatch(/:1 [0-9a-f]{12}: (pull complete|already exists)$/);
      });

      test("in a line of each layer that is drawn anew, where somebody looks", async () => {
        const { exitCode, err } = await pull([], true);

        expect(exitCode).toBe(0);
        expect(err).toContain(`pulling ${repository}:1\n  `);
        expect(err).toMatch(/ {2}[0-9a-f]{12} {2}[a-z ]+/);
      });

      test("not at all beside JSON", async () => {
        expect(await pull(["--json"], false)).toEqual({ exitCode: 0, err: "" });
      });
    });

    test.each([
      ["without credentials", {}, "ImageAuth"],
      [
        "with a wrong password",
        { image_registry: { ...inline, password: "wrong:pass word" } },
        "ImageAuth",
      ],
      [
        "that do not exist",
        { image_registry: inline, image: `${repository}-none:1` },
        "ImageNotFound",
      ],
      [
        "of an unknown tag",
        { image_registry: inline, image: `${repository}:none` },
        "ImageNotFound",
      ],
    ])("%s are refused for good", async (_title, fields, code) => {
      const what = stage.run("true", {
        image: `${repository}:1`,
        image_pull_policy: "ALWAYS",
        ...fields,
      });

      const refusal = stage.submit(what);

      await expect(refusal).rejects.toMatchObject({
        code,
        retryable: false,
        message: expect.not.stringContaining("pass word"),
      });
      expect(await stage.listed(what)).toBeUndefined();
    });
  });
});
