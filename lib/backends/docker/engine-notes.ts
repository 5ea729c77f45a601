import type { EngineVersion } from "./api/versions.ts";

/** What an operator should know of the engine behind a target, a sentence each; nothing where it is Docker's own. */
export function engineNotes({ kind }: Pick<EngineVersion, "kind">): readonly string[] {
  return kind === "podman" ? PODMAN : [];
}

export const describeVersion = ({ kind, engine, api }: EngineVersion): string =>
  `${kind === "podman" ? "Podman" : "Docker"} ${engine} (API ${api})`;

/** docs/docker.md, "Podman", has the same list with reasons. */
const PODMAN = [
  "This is Podman: runs are remembered by pods without containers, which every prune spares and `podman pod rm` forgets.",
  "Podman does not always tell lack of memory (4.3.1 on control groups v1 never does): such an end is Signal (137), not OOMKilled.",
  "Podman notes no code for a start that failed: its cause is ConfigError with Podman's words, its status code -1.",
  "Podman cannot tell a restart of its machine from a signal where a container was stopped for it: Signal, not EngineLost.",
  "Podman's Docker API ignores gpus, and creates a missing source of a bind mount.",
  "The host is host.containers.internal in a container on Podman, not host.docker.internal.",
  "Each container and each pod takes one of Podman's locks (num_locks in containers.conf, 2048): keep less than half of that in runs.",
];
