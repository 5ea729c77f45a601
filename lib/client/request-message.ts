import { readBody } from "../runs/body.ts";
import { isRecord } from "../runs/canonical-json.ts";
import type { SpecInput } from "../runs/infrastructure.ts";
import { toRequest } from "../runs/request.ts";

/** What a run is made of, in the spelling of the wire; or the name of one that Slipway's configuration defines. */
export type Infrastructure =
  | SpecInput
  | { readonly use: string; readonly [field: string]: unknown }
  | string;

export interface RunMessage {
  /** The run's identity: the same request never starts twice, another one under the same id is refused. */
  readonly id: string;
  readonly action?: "run";
  readonly infrastructure: Infrastructure;
}

export interface CancelMessage {
  readonly id: string;
  readonly action: "cancel";
  /** As it was sent for the run; its type, target and name suffice. */
  readonly infrastructure: Infrastructure | Readonly<Record<string, unknown>>;
  /** Between the polite and the final signal; 30 where unset. */
  readonly grace_seconds?: number;
}

export type RequestMessage = RunMessage | CancelMessage;

/**
 * Checks a message body as Slipway will. Throws a LaunchError `Invalid` that names every problem with its path. What a
 * name or a `use` stands for only Slipway's configuration knows, so that only the rest of such a request is checked.
 */
export function checkRequestBody(body: string): void {
  const request = readBody(body);
  toRequest(
    isRecord(request) && isReference(request.infrastructure) ? withoutIt(request) : request,
  );
}

const isReference = (infrastructure: unknown) =>
  typeof infrastructure === "string" || (isRecord(infrastructure) && "use" in infrastructure);

const withoutIt = (request: Record<string, unknown>) => ({
  ...request,
  infrastructure: { type: "process" },
});
