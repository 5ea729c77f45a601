import { LaunchError, unavailable, withHint } from "../../../runs/launch-error.ts";
import type { Creation } from "../api/container-calls.ts";
import type { Engine } from "../api/engine.ts";
import type { CreateRequest } from "../request/create-request.ts";
import { isImageId } from "../request/pull-policy.ts";

type Missing = Extract<Creation, { outcome: "image-missing" }>;
type Made = Exclude<Creation, Missing>;

/**
 * Creates the container, its image pulled as the policy says: before, or where it turns out to be missing, for the
 * platform that the request asks for.
 */
export async function makeContainer(
  engine: Pick<Engine, "create" | "inspect" | "hasImage">,
  request: CreateRequest,
  pull: () => Promise<void>,
  signal: AbortSignal,
): Promise<Made> {
  const { name, pullPolicy } = request;
  if (pullPolicy === "ALWAYS") {
    if (await engine.inspect(name, signal)) return { outcome: "name-taken" }; // a redelivery needs no new image
    await pull().catch((error) => throwWithHint(error, engine, request, signal));
  }
  let made = await engine.create(request, signal);
  for (let pulls = 0; made.outcome === "image-missing"; pulls++) {
    if (pullPolicy === "NEVER") throw notHere(request, made);
    if (pulls === PULLS) throw goneAgain(request, made);
    await pull();
    made = await engine.create(request, signal);
  }
  return made;
}

/** Most engines keep a tag for one platform only, so another run's pull may just have exchanged it. */
const PULLS = 2;

/** A registry in trouble is in nobody's way who would take the image that is there. */
async function throwWithHint(
  error: unknown,
  engine: Pick<Engine, "hasImage">,
  { image }: CreateRequest,
  signal: AbortSignal,
): Promise<never> {
  if (!(error instanceof LaunchError) || signal.aborted) throw error;
  if (!(await engine.hasImage(image, signal).catch(() => false))) throw error;
  const hint = `The engine has ${image.text} already: image_pull_policy IF_NOT_PRESENT uses it as it is. ${error.hint}`;
  throw withHint(error, hint);
}

function notHere({ image, platform }: CreateRequest, { forPlatform }: Missing): LaunchError {
  if (forPlatform)
    return new LaunchError(
      "ImageNotFound",
      `${image.text} is on the engine for another platform than ${platform}, and image_pull_policy is NEVER`,
      { hint: "Load the image for this platform, or let it be pulled." },
    );
  if (isImageId(image))
    return new LaunchError("ImageNotFound", `the engine has no image with the id ${image.text}`, {
      hint: "No registry knows an id. Name the image by its repository and tag or digest.",
    });
  return new LaunchError(
    "ImageNotFound",
    `${image.text} is not on the engine, and image_pull_policy is NEVER`,
    { hint: "Load the image into the engine, or let it be pulled." },
  );
}

function goneAgain({ image, platform }: CreateRequest, { forPlatform }: Missing): LaunchError {
  if (!forPlatform) return unavailable(`${image.text} was pulled and is gone again`);
  return new LaunchError(
    "ImageInvalid",
    `${image.text} was pulled, but its registry has it for another platform than ${platform}`,
    { hint: "Choose a platform that the image is made for, or leave platform out." },
  );
}
