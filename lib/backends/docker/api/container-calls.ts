import type Docker from "dockerode";
import { findSecrets } from "../../../runs/find-secrets.ts";
import type { LaunchError } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import type { CreateRequest } from "../request/create-request.ts";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import * as answers from "./engine-answers.ts";
import { post } from "./post.ts";
import { messageOf, refused, unexpected } from "./refusal.ts";

export type Creation =
  | { readonly outcome: "created"; readonly id: string; readonly warnings: readonly string[] }
  /** A container of this name exists, or is just being made and may fail yet. */
  | { readonly outcome: "name-taken" }
  /** `forPlatform`: the engine has the image, but for another platform than the one asked for. */
  | { readonly outcome: "image-missing"; readonly forPlatform: boolean };

/** What an order about a container came to. `refused`: the engine answered that it did not do it. */
export type OrderOutcome =
  | { readonly outcome: "done" }
  | { readonly outcome: "refused"; readonly error: LaunchError };

/** Creating pulls no image but may have to wait for the engine's disk; starting for its devices and networks. */
const CREATE_MS = 60_000;
const START_MS = 90_000;
const REMOVE_MS = 60_000;
/** How long to wait for a container to heed an order to stop; the engine carries it out in any case. */
const STOP_WAIT_MS = 1_500;

const OTHER_PLATFORM = /image with reference .* was found but does not/i;
const IMAGE_MISSING = new RegExp(`no such image|${OTHER_PLATFORM.source}`, "i");

const at = (docker: Docker, container: string) =>
  docker.getContainer(encodeURIComponent(container));

export function containerCalls(caller: Caller) {
  const { host } = caller;
  return {
    async create(request: CreateRequest, signal: AbortSignal): Promise<Creation> {
      const { name, platform, body } = request;
      const answer = await caller.send(
        (docker) =>
          post(docker, "/containers/create", body, { name, ...(platform && { platform }) }),
        { deadlineMs: CREATE_MS, signal },
      );
      if (!(answer instanceof Refusal)) {
        const { Id, Warnings } = answers.CreatedAnswer.parse(answer);
        return { outcome: "created", id: Id, warnings: Warnings };
      }
      if (answer.status === 409) return { outcome: "name-taken" };
      if (answer.status === 404 && IMAGE_MISSING.test(messageOf(answer)))
        return { outcome: "image-missing", forPlatform: OTHER_PLATFORM.test(messageOf(answer)) };
      throw refused(host, "create the container", answer, findSecrets(body));
    },

    /** undefined where there is none. */
    inspect: (container: string, signal: AbortSignal) =>
      caller.askFor(
        answers.ContainerAnswer,
        "show a container",
        (docker) => at(docker, container).inspect(),
        signal,
      ),

    /** Every container with a label, in any of some states or whatever its state. */
    list(label: string, signal: AbortSignal, status?: readonly string[]) {
      const filters = { label: [label], ...(status && { status: [...status] }) };
      const call = (docker: Docker) => docker.listContainers({ all: true, filters });
      return caller.ask(answers.ContainersAnswer, "list its containers", call, signal);
    },

    /** Runs it, once more where it has ended; so it is never repeated of itself. */
    async start(container: string, signal: AbortSignal): Promise<OrderOutcome> {
      const options = { deadlineMs: START_MS, signal, once: true };
      const answer = await caller.send((docker) => at(docker, container).start(), options);
      if (!(answer instanceof Refusal)) return { outcome: "done" };
      return { outcome: "refused", error: refused(host, "start the container", answer) };
    },

    /** Orders its end and waits a moment for it. Gone or ended already is fine. */
    async stop(container: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
      // The engine goes on with it when its caller hangs up.
      const waited = AbortSignal.timeout(STOP_WAIT_MS);
      try {
        const answer = await caller.send(
          (docker) => at(docker, container).stop({ t: graceSeconds }),
          { signal: AbortSignal.any([signal, waited]), once: true },
        );
        if (answer instanceof Refusal && answer.status !== 404)
          throw unexpected(host, "stop a container", answer);
      } catch (error) {
        if (!waited.aborted) throw error;
      }
    },

    /** Removes it with its anonymous volumes, unless it is running. */
    async remove(container: string, signal: AbortSignal): Promise<"gone" | "busy"> {
      const answer = await caller.send((docker) => at(docker, container).remove({ v: true }), {
        deadlineMs: REMOVE_MS,
        signal,
      });
      if (!(answer instanceof Refusal) || answer.status === 404) return "gone";
      if (answer.status === 409) return "busy"; // running, or being removed by another
      throw unexpected(host, "remove a container", answer);
    },

    /** A container that is in the network already is fine. */
    async joinNetwork(
      network: string,
      container: string,
      signal: AbortSignal,
    ): Promise<OrderOutcome> {
      const call = (docker: Docker) =>
        docker.getNetwork(encodeURIComponent(network)).connect({ Container: container });
      const answer = await caller.send(call, { signal });
      if (!(answer instanceof Refusal) || /already exists in network/.test(messageOf(answer)))
        return { outcome: "done" };
      return {
        outcome: "refused",
        error: refused(host, `join the network ${quote(network, [], "address")}`, answer),
      };
    },
  };
}
