import type { IncomingMessage } from "node:http";
import type Docker from "dockerode";
import * as z from "zod/mini";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { pullError } from "../image/pull-errors.ts";
import { Refusal } from "./answer.ts";
import type { Caller } from "./caller.ts";
import { AuthAnswer } from "./engine-answers.ts";
import { messageOf } from "./refusal.ts";

/** What the engine hands on to a registry: a user's name and password, or the token they were exchanged for. */
export type AuthConfig = { readonly serveraddress: string } & (
  | { readonly username: string; readonly password: string }
  | { readonly identitytoken: string }
);

/** A registry may take long before it names the first layer. */
const PULL_BEGINS_MS = 120_000;

export function imageCalls(caller: Caller) {
  return {
    /**
     * A pull's progress, line by line; what goes wrong later stands in a line of it, which dockerode's followProgress takes
     * for success (github.com/apocas/docker-modem/pull/146).
     */
    async pull(
      image: ImageReference,
      platform: string | undefined,
      auth: AuthConfig | undefined,
      signal: AbortSignal,
    ): Promise<IncomingMessage> {
      const tag = image.digest ?? image.tag ?? "latest";
      const query = { fromImage: image.name, tag, ...(platform && { platform }) };
      const answer = await caller.stream(
        (docker) => docker.createImage(auth, { _query: query, _body: {} }),
        { deadlineMs: PULL_BEGINS_MS, signal },
      );
      if (answer instanceof Refusal) throw pullError(image, messageOf(answer), auth, answer.status);
      return answer;
    },

    /** Whether the engine has it, for whatever platform. */
    async hasImage({ text }: ImageReference, signal: AbortSignal): Promise<boolean> {
      const call = (docker: Docker) => docker.getImage(text).inspect();
      return (await caller.askFor(z.unknown(), "show an image", call, signal)) !== undefined;
    },

    /** Exchanges a password for a token; undefined where the registry gives none and wants the password each time. */
    async login(
      image: ImageReference,
      auth: AuthConfig,
      signal: AbortSignal,
    ): Promise<string | undefined> {
      const answer = await caller.send((docker) => docker.checkAuth(auth), { signal });
      if (answer instanceof Refusal) throw pullError(image, messageOf(answer), auth, answer.status);
      return AuthAnswer.safeParse(answer).data?.IdentityToken || undefined;
    },
  };
}
