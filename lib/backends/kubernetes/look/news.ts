/** The latest of each thing that changed, until somebody takes it. */
export interface News<Key, Value> {
  put(key: Key, value: Value): void;
  /** What has changed since the last batch, as soon as there is anything; ends when the signal aborts. */
  batches(signal: AbortSignal): AsyncGenerator<Value[]>;
}

/** A reader that is slower than the news gets the newest of each, and memory stays as small as the number of things. */
export function createNews<Key, Value>(): News<Key, Value> {
  let waiting = new Map<Key, Value>();
  let wake: (() => void) | undefined;
  return {
    put(key, value) {
      waiting.set(key, value);
      wake?.();
    },
    async *batches(signal) {
      while (!signal.aborted) {
        if (waiting.size === 0) await nextPut(signal);
        const batch = [...waiting.values()];
        waiting = new Map();
        if (batch.length > 0 && !signal.aborted) yield batch;
      }
    },
  };

  function nextPut(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    return promise;
  }
}
