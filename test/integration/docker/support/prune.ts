import { type RawAnswer, rawCall } from "./raw-call.ts";

/**
 * Removes every container that has ended and then every volume that a prune may remove, named ones too: from API 1.42 on
 * these have to be asked for, and before it the filter is refused. Throws where the engine refuses.
 */
export async function pruneEverything(socket: string): Promise<void> {
  await pruneContainers(socket);
  await pruneVolumes(socket);
}

export async function pruneContainers(socket: string): Promise<void> {
  expectPruned(await rawCall(socket, "POST", "/containers/prune"));
}

export async function pruneVolumes(socket: string): Promise<void> {
  const { body } = await rawCall(socket, "GET", "/version");
  const [, minor = "0"] = String(body.ApiVersion).split(".");
  const filters = Number(minor) >= 42 ? { all: ["true"] } : {};
  const query = new URLSearchParams({ filters: JSON.stringify(filters) });
  expectPruned(await rawCall(socket, "POST", `/volumes/prune?${query}`));
}

function expectPruned({ status, body }: RawAnswer): void {
  if (status !== 200)
    throw new Error(`the engine did not prune: ${status} ${JSON.stringify(body)}`);
}
