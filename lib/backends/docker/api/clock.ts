const KEPT_MS = 60_000;

/**
 * An engine's clock that is read once a minute, for an engine that takes long to tell it: between two readings, this
 * machine's clock tells how much later it is. It is never ahead of the engine's by more than the two drift apart.
 */
export function createClock(
  ask: (signal: AbortSignal) => Promise<string>,
  here: () => number = Date.now,
): (signal: AbortSignal) => Promise<string> {
  let read: { readonly time: string; readonly atMs: number } | undefined;
  return async (signal) => {
    const passedMs = read ? here() - read.atMs : Number.NaN;
    if (read && passedMs >= 0 && passedMs < KEPT_MS)
      return new Date(Date.parse(read.time) + passedMs).toISOString();
    const time = await ask(signal);
    read = { time, atMs: here() };
    return time;
  };
}
