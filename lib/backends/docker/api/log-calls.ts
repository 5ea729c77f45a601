import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";
import { LaunchError } from "../../../runs/launch-error.ts";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { messageOf, unexpected } from "./refusal.ts";

export interface LogOptions {
  readonly follow: boolean;
  /** How many of the last lines; everything where undefined. */
  readonly lines: number | undefined;
}

export function logCalls(caller: Caller) {
  return {
    /** Its output as it was logged. Throws `ConfigError` where its log driver cannot be read, `Removed` where it is gone. */
    async logs(
      container: string,
      { follow, lines }: LogOptions,
      signal: AbortSignal,
    ): Promise<IncomingMessage> {
      const asked = { stdout: true, stderr: true, follow, tail: lines ?? "all" };
      const answer = await caller.stream(
        (docker) => docker.getContainer(encodeURIComponent(container)).logs(asked as LogsAsked),
        { signal },
      );
      if (!(answer instanceof Refusal)) return answer;
      if (answer.status === 404)
        throw new LaunchError("Removed", "its output went with its container");
      if (answer.status === 501 || NOT_READABLE.test(messageOf(answer)))
        throw new LaunchError("ConfigError", `its output cannot be read: ${messageOf(answer)}`, {
          hint: "Its logging driver keeps output elsewhere; read it there, or use json-file or local.",
        });
      throw unexpected(caller.host, "show a container's output", answer);
    },
  };
}

/** dockerode's types know numbers only, and the engine `all`. */
type LogsAsked = Docker.ContainerLogsOptions & { follow: true };

const NOT_READABLE = /does not support reading|cannot read logs/i;
