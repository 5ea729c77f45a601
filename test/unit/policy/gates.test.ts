import { expect, test } from "vitest";
import { backendLoaders } from "../../../lib/backends/loaders.ts";
import { Config } from "../../../lib/config/config.ts";
import type { Spec } from "../../../lib/runs/infrastructure.ts";
import { aRun, aSpec, someBackendDependencies } from "../../support/builders.ts";

test.each([
  ["kubernetes-job", { image: "busybox", customizations: [networkOfTheHost()] }, "host-namespaces"],
  ["docker-container", { image: "busybox", network_mode: "host" }, "host-namespaces"],
  ["process", { command: ["sh"] }, "commands"],
] as const)("a preview of %s is denied as its submission would be", async (type, fields, rule) => {
  const config = Config.parse({ policy: { profile: "baseline", commands: ["python"] } });
  const backend = await backendLoaders(someBackendDependencies({ config, env: {} }))[type]();
  const run = aRun(aSpec(type, fields) as Spec, { type, name: "default" });

  const previewing = () => backend.preview(run);

  expect(previewing).toThrow(expect.objectContaining({ code: "Denied", retryable: false }));
  expect(previewing).toThrow(`rule ${rule} (profile baseline)`);
  await backend.close();
});

function networkOfTheHost() {
  return { op: "add", path: "/spec/template/spec/hostNetwork", value: true };
}
