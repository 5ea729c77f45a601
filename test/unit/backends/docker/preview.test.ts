import { describe, expect, test } from "vitest";
import { createDockerBackend } from "../../../../lib/backends/docker/backend.ts";
import { Config } from "../../../../lib/config/config.ts";
import { someBackendDependencies } from "../../../support/builders.ts";
import { aDockerRun, requestOf } from "../../../support/docker-runs.ts";

const config = Config.parse({
  registries: { ghcr: { username: "bot", password: "r3gistry-pass", registry_url: "ghcr.io" } },
});
const backend = createDockerBackend(
  someBackendDependencies({ config, env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } }),
);
const preview = (fields: Record<string, unknown>) =>
  backend.preview(aDockerRun(fields, { id: "run-1" })).text;

describe("a preview", () => {
  test("shows the very body that a submission sends to a usual engine", () => {
    const fields = { name: "n", volumes: ["/a:/b"], create_options: { Tty: true } };

    const shown = JSON.parse(preview(fields));

    expect(shown.create).toEqual(JSON.parse(JSON.stringify(requestOf(fields).body)));
    expect(shown).toMatchObject({
      name: requestOf(fields).name,
      docker_host: "unix:///nowhere/docker.sock",
      image_pull_policy: "IF_NOT_PRESENT",
      image_registry: null,
      networks: [],
      auto_remove: false,
    });
  });

  test("shows no secret, wherever it stands", () => {
    const text = preview({
      image: "ghcr.io/acme/etl:1",
      image_registry: { username: "me", password: "inline-pass", registry_url: "ghcr.io" },
      env: { API_TOKEN: "t0ken-value", DB: "postgres://me:dbpass99@db/x" },
      command: ["curl", "-H", "X-Auth: t0ken-value"],
      labels: { note: "t0ken-value" },
      create_options: {
        HostConfig: { LogConfig: { Type: "splunk", Config: { "splunk-token": "abcd-1234" } } },
      },
    });

    for (const secret of ["inline-pass", "t0ken-value", "dbpass99", "abcd-1234"])
      expect(text).not.toContain(secret);
    expect(text).toContain("API_TOKEN");
  });

  test("names the registry of the configuration without its password", () => {
    const text = preview({ image: "ghcr.io/a:1", image_registry: "ghcr" });

    expect(JSON.parse(text).image_registry).toBe("ghcr");
    expect(text).not.toContain("r3gistry-pass");
  });

  test("finds what a submission would refuse", () => {
    expect(() => preview({ image_registry: "none" })).toThrow(/no registries entry "none"/);
    expect(() => preview({ volumes: ["x"] })).toThrow(/Invalid volume specification/);
  });
});
