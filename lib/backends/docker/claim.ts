import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { LaunchError } from "../../runs/launch-error.ts";
import type { Engine } from "./api/engine.ts";
import type { Container } from "./api/engine-answers.ts";
import type { RunFacts } from "./labels.ts";
import { type Marked, setMark } from "./marks.ts";

const CLAIMS = 2;
const CLAIM_PAUSE_MS = 500;

/**
 * Sets a mark and tells whether this call was the first to. The mark names its writer, so a claim without an answer is
 * made once more: left alone, it would keep everybody from starting the run until a launcher's time is up.
 */
export async function claim(
  engine: Pick<Engine, "createRegister">,
  name: string,
  mark: "open" | "late",
  facts: RunFacts,
  container: Pick<Container, "Id" | "Created">,
  signal: AbortSignal,
): Promise<{ readonly won: boolean; readonly marked: Marked }> {
  const writer = randomUUID();
  const entry = {
    facts,
    containerId: container.Id,
    writer,
    says: { created: container.Created },
  };
  for (let attempt = 1; ; attempt++) {
    try {
      const marked = await setMark(engine, name, mark, entry, signal);
      return { won: marked.writer === writer, marked };
    } catch (error) {
      const isLost = error instanceof LaunchError && error.retryable;
      if (!isLost || attempt === CLAIMS) throw error;
      await pause(CLAIM_PAUSE_MS, undefined, { signal }).catch(() => Promise.reject(error));
    }
  }
}

/** What came of starting a container. */
export type Started =
  | { readonly outcome: "started" }
  /** It was taken away before. */
  | { readonly outcome: "gone" }
  /** The engine tried and wrote down why it could not. */
  | { readonly outcome: "failed" }
  /** The engine answered that it does not try, for good or for now. */
  | { readonly outcome: "refused"; readonly error: LaunchError };

const ATTEMPTS = 3;

/**
 * Joins a container's further networks and starts it. For whoever won its mark only: starting runs a container that has
 * ended once more. Tried again only after an answer that shows that it did not begin. Throws a retryable LaunchError
 * where there was no answer: then it may be running or not.
 */
export async function startClaimed(
  engine: Pick<Engine, "joinNetwork" | "start" | "inspect">,
  id: string,
  { networks }: RunFacts,
  signal: AbortSignal,
): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const started = await startOnce(engine, id, networks, signal);
    if (started.outcome !== "refused" || attempt === ATTEMPTS) return started;
  }
}

async function startOnce(
  engine: Pick<Engine, "joinNetwork" | "start" | "inspect">,
  id: string,
  networks: readonly string[],
  signal: AbortSignal,
): Promise<Started> {
  for (const network of networks.slice(1)) {
    const joined = await engine.joinNetwork(network, id, signal);
    if (joined.outcome === "refused") return joined;
  }
  const order = await engine.start(id, signal);
  if (order.outcome === "done") return { outcome: "started" };
  const container = await engine.inspect(id, signal);
  const status = container?.State.Status ?? "removing";
  if (status === "removing" || status === "dead") return { outcome: "gone" };
  if (status !== "created") return { outcome: "started" };
  return container?.State.Error ? { outcome: "failed" } : order;
}
