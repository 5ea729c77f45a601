/**
 * Work that ends with the caller's signal or after so many milliseconds, whichever comes first. What `AbortSignal.any` of a
 * timeout does, for a tenth of its price: it is paid by every call.
 */
export async function withDeadline<T>(
  caller: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, milliseconds);
  caller.addEventListener("abort", abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller.removeEventListener("abort", abort);
  }
}
