import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import type { Creation } from "../api/container-calls.ts";
import type { Engine } from "../api/engine.ts";
import type { CreateRequest } from "../request/create-request.ts";

type Made = Exclude<Creation, { outcome: "image-missing" }>;

/** Creates the container, its image pulled as the policy says: before, or where it turns out to be missing. */
export async function makeContainer(
  engine: Pick<Engine, "create" | "inspect">,
  request: CreateRequest,
  pull: () => Promise<void>,
  signal: AbortSignal,
): Promise<Made> {
  const { name, pullPolicy, image } = request;
  if (pullPolicy === "ALWAYS") {
    if (await engine.inspect(name, signal)) return { outcome: "name-taken" }; // a redelivery needs no new image
    await pull();
  }
  const first = await engine.create(request, signal);
  if (first.outcome !== "image-missing") return first;
  if (pullPolicy === "NEVER")
    throw new LaunchError(
      "ImageNotFound",
      `${image.text} is not on the engine, and image_pull_policy is NEVER`,
      { hint: "Load the image into the engine, or let it be pulled." },
    );
  await pull();
  const second = await engine.create(request, signal);
  if (second.outcome !== "image-missing") return second;
  throw unavailable(`${image.text} was pulled and is gone again`);
}
