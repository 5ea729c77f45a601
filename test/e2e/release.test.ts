import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Job } from "../../lib/backends/kubernetes/api/api-types.ts";
import { createLab } from "../integration/kubernetes/support/lab.ts";
import { describeWithEngine } from "../support/engines.ts";
import { aSlipway, PATIENT } from "../support/slipway.ts";

vi.setConfig(PATIENT);

await describeWithEngine("kubernetes", "on a real cluster", () => {
  test("slipway release --yes lets go of every Job and says whose result is not out", async () => {
    await using lab = await createLab();
    await using slipway = await aSlipway();
    const run = await lab.start(lab.run("sleep 600"));
    await writeFile(join(slipway.directory, "kubeconfig"), lab.admin.kubeconfig);
    await writeFile(
      join(slipway.directory, "slipway.yml"),
      `clusters: { lab: { kubeconfig: "\${file:kubeconfig}", namespaces: [${lab.namespace}] } }`,
    );
    const release = (...more: string[]) =>
      slipway.call(["release", "--cluster", "lab", "--yes", ...more], { cwd: slipway.directory });

    const first = await release();
    const second = await release("--json");

    expect(first).toMatchObject({
      exitCode: 0,
      stdout: "1 Job of the cluster lab released\n",
      stderr: `${run.identifier}: its result was not published\n`,
    });
    expect(JSON.parse(second.stdout)).toEqual({ cluster: "lab", released: 0, unpublished: [] });
    const job = await lab.admin.get<Job>(lab.jobPath(run));
    expect(job?.metadata?.finalizers).toBeUndefined();
  });
});
