import { LaunchError } from "../../../runs/launch-error.ts";
import type { CreateRequest } from "../request/create-request.ts";
import type { Caller } from "./caller.ts";
import { createClock } from "./clock.ts";
import type { Creation, containerCalls, OrderOutcome } from "./container-calls.ts";
import type { LogOptions, logCalls } from "./log-calls.ts";
import { podCalls } from "./pod-calls.ts";
import { podmanState } from "./podman-state.ts";
import { isPassing } from "./refusal.ts";

type DockerCalls = ReturnType<typeof containerCalls> &
  ReturnType<typeof logCalls> & { now(signal: AbortSignal): Promise<string> };

/** States that it has no filter for: it answers 500. */
const NO_FILTERS = new Set(["restarting", "dead"]);

/** Docker's calls where Podman answers them in another way: above all, it says 500 to whatever goes wrong. */
export function podmanCalls(docker: DockerCalls, caller: Caller) {
  const inspect = async (container: string, signal: AbortSignal) => {
    const found = await docker.inspect(container, signal);
    return found && { ...found, State: podmanState(found.State) };
  };
  const statusOf = async (container: string, signal: AbortSignal) =>
    (await inspect(container, signal))?.State.Status;

  return {
    ...podCalls(caller),
    inspect,
    now: createClock(docker.now),

    list: (label: string, signal: AbortSignal, status?: readonly string[]) =>
      docker.list(
        label,
        signal,
        status?.filter((one) => !NO_FILTERS.has(one)),
      ),

    async create(request: CreateRequest, signal: AbortSignal): Promise<Creation> {
      try {
        return await docker.create(request, signal);
      } catch (error) {
        if (await inspect(request.name, signal)) return { outcome: "name-taken" };
        throw blamed(error, FAULT_OF_REQUEST);
      }
    },

    /** It notes nowhere why a start failed: its answer is all there is. */
    async start(container: string, signal: AbortSignal): Promise<OrderOutcome> {
      const order = await docker.start(container, signal);
      return order.outcome === "done" ? order : { ...order, error: blamed(order.error, ANYTHING) };
    },

    /** It stops nothing that is paused. */
    async stop(container: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
      try {
        await docker.stop(container, graceSeconds, signal);
      } catch (error) {
        if ((await statusOf(container, signal)) !== "paused") throw error;
        await caller.send((engine) => engine.getContainer(container).unpause(), { signal });
        await docker.stop(container, graceSeconds, signal);
      }
    },

    async remove(container: string, signal: AbortSignal): Promise<"gone" | "busy"> {
      try {
        return await docker.remove(container, signal);
      } catch (error) {
        const status = await statusOf(container, signal);
        if (status === undefined) return "gone";
        if (status === "running" || status === "paused" || status === "removing") return "busy";
        throw error;
      }
    },

    /** Asked for the last lines only, it drops a long one, and one without an end. */
    logs: (container: string, { follow }: LogOptions, signal: AbortSignal) =>
      docker.logs(container, { follow, lines: undefined }, signal),

    /** Runs outlive its service, so that its start says nothing about them. */
    startedAt: async (_signal: AbortSignal): Promise<string | undefined> => undefined,

    /** It notes no such events. */
    ranOutOfMemory: async (_id: string, _from: string, _to: string, _signal: AbortSignal) => false,
  };
}

const FAULT_OF_REQUEST = /network not found|no such (?:file or directory|device|volume|user)/i;
const ANYTHING = /(?:)/;

/** An error as the request's own, where its words say so and not that it will pass. */
function blamed(error: unknown, fault: RegExp): LaunchError {
  if (!(error instanceof LaunchError)) throw error;
  if (!error.retryable || isPassing(error.message) || !fault.test(error.message)) return error;
  return new LaunchError("ConfigError", error.message, { cause: error });
}
