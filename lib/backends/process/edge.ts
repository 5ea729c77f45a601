import { LaunchError, unavailable } from "../../runs/launch-error.ts";

/** What the file system or the process table refuses is refused for now: disks are cleared, limits raised. */
export function toLaunchError(error: unknown): unknown {
  if (error instanceof LaunchError || !(error instanceof Error) || !("code" in error)) return error;
  const place = "path" in error ? ` at ${error.path}` : "";
  return unavailable(`This machine cannot keep its runs: ${error.code}${place}`, { cause: error });
}

export async function atEdge<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toLaunchError(error);
  }
}

export async function* streamAtEdge<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    throw toLaunchError(error);
  }
}
