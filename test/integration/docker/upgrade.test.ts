import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { DEBIAN, type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const NEWER = { folder: join(cache, "test-docker/29"), env: { DOCKER_MIN_API_VERSION: "1.44" } };

await describeWithEngine("docker", "an engine that is upgraded under a warm launcher", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  beforeAll(async () => {
    engine = await startPrivateEngine({ programs: DEBIAN });
    stage = createStage(engine.socket, locally(engine));
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  test.runIf(existsSync(join(NEWER.folder, "dockerd")))(
    "takes the next request, and keeps what was retained",
    async () => {
      const before = stage.run("exit 3");
      await stage.submit(before);
      await stage.untilEnded(before);
      expect((await stage.raw("GET", "/version")).body.ApiVersion).toBe("1.41");

      await engine.exchange(NEWER);
      const refused = await stage.raw("GET", "/v1.41/info");
      const after = stage.run("exit 4");
      const submitted = await stage.submit(after);

      expect(refused).toMatchObject({
        status: 400,
        body: { message: expect.stringMatching(/client version 1.41 is too old/) },
      });
      expect(submitted.outcome).toBe("created");
      expect(await stage.untilEnded(after)).toMatchObject({ statusCode: 4 });
      expect(await stage.listed(before)).toMatchObject({ state: "ended", statusCode: 3 });
    },
    120_000,
  );
});
