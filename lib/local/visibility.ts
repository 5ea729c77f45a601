import type { Log } from "../usecases/dependencies.ts";
import { AT_ONCE, type SqsSource } from "./sqs-source.ts";
import { createSteady } from "./steady.ts";

/**
 * How long a message stays out of sight unless that is extended. What a killed process had in hand is in hand again within
 * a minute: after this, and the time that a poll takes.
 */
export const VISIBILITY_SECONDS = 45;

/** So many times in a visibility timeout it is seen what wants extending: three tries before a message is visible again. */
const BEATS = 4;

interface VisibilityOptions {
  readonly source: Pick<SqsSource, "extend">;
  readonly log: Pick<Log, "info" | "warn">;
  readonly visibilitySeconds: number;
}

/** Keeps messages out of sight for as long as they are worked on. */
export interface Visibility {
  /** They have just been received, for `visibilitySeconds`. */
  keep(receiptHandles: readonly string[]): void;
  /** Whether nobody else can have received it yet. */
  isKept(receiptHandle: string): boolean;
  /** It is not extended any more. Resolves when no extension of it is on its way either. */
  letGo(receiptHandle: string): Promise<void>;
}

/** Extends what is old enough, all of it with one call (SQS takes ten at once). */
export function createVisibility(options: VisibilityOptions): Visibility {
  const { source, log, visibilitySeconds } = options;
  const lengthMs = visibilitySeconds * 1_000;
  const visibleAt = new Map<string, number>();
  const steadily = createSteady({ doing: "keep messages out of sight", log });
  let extending: Promise<unknown> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const lose = (receiptHandles: readonly string[]) => {
    const lost = receiptHandles.filter((handle) => visibleAt.delete(handle));
    if (lost.length > 0)
      log.warn("messages are visible again while they are worked on and may come twice", {
        messages: lost.length,
      });
  };
  const extend = async (receiptHandles: readonly string[]) => {
    const until = performance.now() + lengthMs; // counted from before the call: rather too short than too long
    const gone = await source.extend(receiptHandles, visibilitySeconds);
    lose(gone);
    for (const handle of receiptHandles) if (visibleAt.has(handle)) visibleAt.set(handle, until);
  };
  const extendDue = async () => {
    const now = performance.now();
    lose([...visibleAt.keys()].filter((handle) => !isKept(handle)));
    const isDue = (at: number) => at - now <= lengthMs * (1 - 1 / BEATS);
    const due = [...visibleAt].filter(([, at]) => isDue(at)).map(([handle]) => handle);
    for (let start = 0; start < due.length; start += AT_ONCE)
      await steadily(() => extend(due.slice(start, start + AT_ONCE)));
  };
  const beat = () => {
    if (visibleAt.size === 0) {
      clearInterval(timer);
      timer = undefined;
    } else
      extending ??= extendDue().finally(() => {
        extending = undefined;
      });
  };
  const isKept = (handle: string) => (visibleAt.get(handle) ?? 0) > performance.now();

  return {
    keep(receiptHandles) {
      for (const handle of receiptHandles) visibleAt.set(handle, performance.now() + lengthMs);
      timer ??= setInterval(beat, lengthMs / BEATS).unref();
    },
    isKept,
    async letGo(receiptHandle) {
      visibleAt.delete(receiptHandle);
      await extending;
    },
  };
}
