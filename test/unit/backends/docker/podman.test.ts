import { describe, expect, test } from "vitest";
import type { ContainerState } from "../../../../lib/backends/docker/api/engine-answers.ts";
import { podmanState } from "../../../../lib/backends/docker/api/podman-state.ts";
import { kindOf } from "../../../../lib/backends/docker/api/versions.ts";
import { engineNotes } from "../../../../lib/backends/docker/engine-notes.ts";
import { requestOf } from "../../../support/docker-runs.ts";

const NEVER = "0001-01-01T00:00:00Z";
const BEGUN = "2026-11-28T11:51:44.059018929Z";
const OVER = "2026-11-28T11:51:46.059018929Z";

const aState = (fields: Partial<ContainerState>): ContainerState => ({
  Status: "exited",
  OOMKilled: false,
  ExitCode: 0,
  Error: "",
  StartedAt: BEGUN,
  FinishedAt: OVER,
  ...fields,
});

describe("a container's state on Podman", () => {
  test.each<[string, Partial<ContainerState>, Partial<ContainerState>]>([
    [
      "over but not tidied up",
      { Status: "stopped", ExitCode: 7 },
      { Status: "exited", ExitCode: 7 },
    ],
    ["told to end", { Status: "stopping", FinishedAt: NEVER }, { Status: "running" }],
    [
      "made ready for its first start",
      { Status: "initialized", StartedAt: NEVER, FinishedAt: NEVER },
      { Status: "created" },
    ],
    ["made ready for another start", { Status: "initialized" }, { Status: "running" }],
    [
      "never started",
      { Status: "created", StartedAt: NEVER, FinishedAt: NEVER },
      { Status: "created", ExitCode: 0 },
    ],
    [
      "lost with its machine (Podman 4)",
      { Status: "created", FinishedAt: NEVER },
      { Status: "exited", ExitCode: -1 },
    ],
    [
      "lost with its machine (since Podman 5)",
      { Status: "exited", FinishedAt: NEVER },
      { Status: "exited", ExitCode: -1 },
    ],
    ["over", { ExitCode: 3 }, { Status: "exited", ExitCode: 3 }],
  ])("%s", (_title, said, read) => {
    expect(podmanState(aState(said))).toMatchObject(read);
  });
});

test("is told from Docker by what it is made of, whatever its version's text", () => {
  expect(kindOf([{ Name: "Podman Engine" }, { Name: "Conmon" }])).toBe("podman");
  expect(kindOf([{ Name: "Engine" }, { Name: "containerd" }])).toBe("docker");
  expect(kindOf([])).toBe("docker");
});

test("has its exceptions told to whoever checks the configuration, and Docker has none", () => {
  expect(engineNotes({ kind: "podman" }).join("\n")).toMatch(/prune.*OOMKilled.*num_locks/s);
  expect(engineNotes({ kind: "docker" })).toEqual([]);
});

describe("a request for Podman", () => {
  const podman = { kind: "podman" } as const;

  test("finds a local API under the name that Podman gives the host, without an entry of ours", () => {
    const base = { PREFECT_API_URL: "http://localhost:4200/api" };

    const { body } = requestOf({}, base, { ...podman, local: false });

    expect(body.Env).toContain("PREFECT_API_URL=http://host.containers.internal:4200/api");
    expect(body.HostConfig).not.toHaveProperty("ExtraHosts");
  });

  test("says that it will have no GPUs", () => {
    expect(requestOf({ gpus: "all" }, {}, podman).warnings).toEqual([
      expect.stringMatching(/^gpus: Podman takes no notice/),
    ]);
    expect(requestOf({ gpus: "all" }).warnings).toEqual([]);
  });
});
