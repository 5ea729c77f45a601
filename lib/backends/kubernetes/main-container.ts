import { MAIN_CONTAINER } from "./markers.ts";

/** The container whose exit code is the run's: by its name, or the first where patches renamed it. */
export function mainContainer<C extends { readonly name?: string }>(
  containers: readonly C[],
): C | undefined {
  return containers.find(({ name }) => name === MAIN_CONTAINER) ?? containers[0];
}
