import type { Caller } from "./caller.ts";
import type { containerCalls } from "./container-calls.ts";
import type { logCalls } from "./log-calls.ts";
import { podmanCalls } from "./podman.ts";
import type { volumeCalls } from "./volume-calls.ts";

type DockerCalls = ReturnType<typeof containerCalls> &
  ReturnType<typeof volumeCalls> &
  ReturnType<typeof logCalls> & {
    now(signal: AbortSignal): Promise<string>;
    startedAt(signal: AbortSignal): Promise<string | undefined>;
    ranOutOfMemory(id: string, from: string, to: string, signal: AbortSignal): Promise<boolean>;
  };

/** The calls that Podman needs in another way, each made as the engine behind the connection needs it. */
export function callsByKind(caller: Caller, docker: DockerCalls): DockerCalls {
  const podman = podmanCalls(docker, caller);

  const either =
    <Given extends unknown[], Answer>(
      dockers: (...given: Given) => Promise<Answer>,
      podmans: (...given: Given) => Promise<Answer>,
    ) =>
    async (...given: Given): Promise<Answer> => {
      const signal =
        given.find((one) => one instanceof AbortSignal) ?? new AbortController().signal;
      const { kind } = await caller.version(signal);
      return kind === "podman" ? podmans(...given) : dockers(...given);
    };

  return {
    ...docker,
    now: either(docker.now, podman.now),
    create: either(docker.create, podman.create),
    inspect: either(docker.inspect, podman.inspect),
    list: either(docker.list, podman.list),
    start: either(docker.start, podman.start),
    stop: either(docker.stop, podman.stop),
    remove: either(docker.remove, podman.remove),
    logs: either(docker.logs, podman.logs),
    startedAt: either(docker.startedAt, podman.startedAt),
    ranOutOfMemory: either(docker.ranOutOfMemory, podman.ranOutOfMemory),
    createRegister: either(docker.createRegister, podman.createRegister),
    inspectRegister: either(docker.inspectRegister, podman.inspectRegister),
    listRegisters: either(docker.listRegisters, podman.listRegisters),
    removeRegister: either(docker.removeRegister, podman.removeRegister),
  };
}
