import { expect, test } from "vitest";
import { Config } from "../../../lib/config/config.ts";
import { showConfig } from "../../../lib/config/show-config.ts";

test("shows references as written and masks every secret that stands in the clear", () => {
  const config = Config.parse({
    environment: { API_TOKEN: "canary-1", KEY: "${secret:key}", URL: "http://x" },
    registries: {
      a: { username: "bot", password: "canary-2" },
      b: { username: "bot", password: "${secret:b}" },
      c: { username: "bot", password: "canary-3-${env:C}" },
    },
    infrastructures: {
      p: { type: "process", env: { PASSWORD: "canary-4", LEVEL: "info" } },
      d: { type: "docker-container", image_registry: { username: "u", password: "canary-5" } },
      k: { type: "kubernetes-job", cluster_config: { users: [{ user: { token: "canary-6" } }] } },
    },
  });

  const shown = JSON.stringify(showConfig(config));

  expect(shown).not.toContain("canary");
  expect(shown).toContain('"KEY":"${secret:key}","URL":"http://x"');
  expect(shown).toContain('"password":"${secret:b}"');
  expect(shown).toContain('"LEVEL":"info"');
});
