import { execFileSync } from "node:child_process";
import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engines.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { createStage, type Stage } from "./support/stage.ts";
import { locally } from "./support/ways.ts";

await describeWithEngine("docker", "an engine whose disk is full", () => {
  let engine: PrivateEngine;
  let stage: Stage;
  beforeAll(async () => {
    engine = await startPrivateEngine({ dataMegabytes: 40 });
    stage = createStage(engine.socket, locally(engine));
  });
  afterAll(async () => {
    await stage?.close();
    await engine?.dispose();
  });

  test("refuses a run for now, leaves nothing half made, and takes the run once there is room", async () => {
    const what = stage.run("exit 3");
    const ballast = join(engine.data, "ballast");
    await fill(engine.data, ballast);

    await expect(stage.submit(what)).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining("no space left"),
    });
    const containers = await stage.raw("GET", "/containers/json?all=1");
    expect(containers.body).toEqual([]);
    await rm(ballast);
    await stage.submit(what);
    expect(await stage.untilEnded(what)).toMatchObject({ statusCode: 3, attempts: 1 });
  });
});

/** Takes every free block of a file system. */
async function fill(folder: string, file: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(file, "");
  execFileSync("fallocate", ["-l", String(bavail * bsize), file]);
}
