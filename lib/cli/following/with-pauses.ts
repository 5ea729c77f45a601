/** Stands between the items of a stream where nothing has come for a moment. */
export const PAUSE = Symbol("pause");

/** The items of a stream as they come, with one PAUSE wherever nothing has come for so many milliseconds after an item. */
export async function* withPauses<T>(
  items: AsyncIterable<T>,
  milliseconds: number,
): AsyncGenerator<T | typeof PAUSE> {
  const iterator = items[Symbol.asyncIterator]();
  let isWaiting = false;
  try {
    for (;;) {
      const next = iterator.next();
      isWaiting = true;
      const first = await Promise.race([next, pauseOf(milliseconds, next)]);
      if (first === PAUSE) yield PAUSE;
      const { done, value } = await next;
      isWaiting = false;
      if (done) return;
      yield value;
    }
  } finally {
    const closed = iterator.return?.();
    if (!isWaiting)
      await closed; // a source that is waited for closes when it comes to it
    else closed?.catch(() => undefined);
  }
}

/** Resolves after so long, or with `next`, whichever comes first; leaves no timer behind. */
function pauseOf(milliseconds: number, next: Promise<unknown>): Promise<typeof PAUSE> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds, PAUSE);
    const clear = () => clearTimeout(timer);
    next.then(clear, clear);
  });
}
