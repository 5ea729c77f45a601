import type { Result, ResultData } from "../../runs/result.ts";
import { TERMINAL_STATES } from "../../runs/result.ts";

/** The results of one run as they come by the queue. */
export interface Mailbox {
  /** false where results do not come this way, and only the engine can tell. */
  readonly isServed: boolean;
  put(result: Pick<Result, "data">): void;
  /** Whether the queue said that it exists. */
  isSubmitted(): boolean;
  /**
   * Its last result, with what its sender was told at its submission; undefined until it has come. A `delayed` one counts:
   * nobody here will see what comes after.
   */
  end(): ResultData | undefined;
  /** How long nothing has come, in milliseconds. */
  silentMs(): number;
  /** Resolves with the next result, or after so many milliseconds, or when the signal aborts. */
  news(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createMailbox(isServed: boolean, now = () => performance.now()): Mailbox {
  let submitted: ResultData | undefined;
  let last: ResultData | undefined;
  let heardAt = now();
  let wake = () => {};
  return {
    isServed,
    put({ data }) {
      heardAt = now();
      if (data.state === "submitted") submitted = data;
      if (data.state === "delayed" || TERMINAL_STATES.has(data.state)) last = data;
      wake();
    },
    isSubmitted: () => submitted !== undefined,
    end: () => last && { ...last, warnings: warningsOf(submitted, last) },
    silentMs: () => now() - heardAt,
    news: (milliseconds, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, milliseconds);
        signal.addEventListener("abort", done);
        wake = done;
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
      }),
  };
}

const warningsOf = (submitted: ResultData | undefined, last: ResultData) => [
  ...new Set([...(submitted?.warnings ?? []), ...last.warnings]),
];
