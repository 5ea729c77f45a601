/** Work on every item, at most `limit` at once; what comes of it is yielded as it comes, in no order. */
export async function* concurrently<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running = new Map<number, Promise<readonly [number, R]>>();
  let count = 0;
  for (const item of items) {
    const number = count++;
    running.set(
      number,
      work(item).then((result) => [number, result] as const),
    );
    if (running.size >= limit) yield await next(running);
  }
  while (running.size > 0) yield await next(running);
}

async function next<R>(running: Map<number, Promise<readonly [number, R]>>): Promise<R> {
  const [number, result] = await Promise.race(running.values());
  running.delete(number);
  return result;
}
