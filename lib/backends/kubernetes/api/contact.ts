/** A controller that lost its API server has exited: it is started again after a pause at least this long, in milliseconds. */
const LEAST_RETURN_MS = 30_000;

/** Those pauses grow with the outage up to this: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const MOST_RETURN_MS = 300_000;

/** Controllers and nodes sit out a shorter one: they go on when the next of their calls succeeds, in milliseconds. */
const SAT_OUT_MS = 10_000;

/** What is known of a cluster between two looks: since when it has been itself. All times are its own clock's, in milliseconds. */
export interface Contact {
  /** It answered, at this time. */
  answered(nowMs: number): void;
  /** It could not be reached, or not answer. */
  failed(): void;
  /** Its job controller has written something at this time: it is at work. */
  sawController(atMs: number): void;
  /** Until then its job controller was at work, or may have been on its way back; undefined where nothing is known. */
  readonly controllerMs: number | undefined;
  /** Until then its controllers and nodes may have been on their way back from an outage that was seen; undefined where none was. */
  readonly returnMs: number | undefined;
}

/**
 * An API server is back before its controllers are. What they have left undone by then is not their failure yet, so every
 * outage that was seen moves the time from which their silence counts. Who begins to look may have missed one.
 */
export function createContact(): Contact {
  let lastMs: number | undefined;
  let isInterrupted = false;
  let controllerMs: number | undefined;
  let returnMs: number | undefined;
  const reach = (ms: number) => {
    if (Number.isFinite(ms)) controllerMs = Math.max(controllerMs ?? ms, ms);
  };
  return {
    answered(nowMs) {
      if (!Number.isFinite(nowMs)) return;
      const outageMs = isInterrupted && lastMs !== undefined ? nowMs - lastMs : 0;
      const backMs = nowMs + Math.min(Math.max(outageMs, LEAST_RETURN_MS), MOST_RETURN_MS);
      if (isInterrupted || lastMs === undefined) reach(backMs);
      if (isInterrupted && (lastMs === undefined || outageMs > SAT_OUT_MS)) returnMs = backMs;
      isInterrupted = false;
      lastMs = nowMs;
    },
    failed() {
      isInterrupted = true;
    },
    sawController: reach,
    get controllerMs() {
      return controllerMs;
    },
    get returnMs() {
      return returnMs;
    },
  };
}
