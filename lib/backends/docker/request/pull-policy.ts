import type { ImageReference } from "../../../runs/image-reference.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";

export type PullPolicy = "ALWAYS" | "NEVER" | "IF_NOT_PRESENT";

/**
 * Whether it is an image's id rather than a name: `1a2b3c4d5e6f` as the docker program shows it, longer, or `sha256:…`.
 * An id is known to the engine that has the image, and to no registry.
 */
export function isImageId({ name, tag, digest }: Pick<ImageReference, "name" | "tag" | "digest">) {
  if (digest !== undefined) return false;
  return tag === undefined ? HEX.test(name) : name === "sha256" && HEX.test(tag);
}

const HEX = /^[0-9a-f]{12,64}$/; // shorter ones may be names: `cafe`, `ada`

/** What was asked for; unset: `latest` (said or meant) is pulled always, any other tag or digest if it is not there. */
export function pullPolicyOf(
  spec: Pick<DockerContainerSpec, "image_pull_policy">,
  image: Pick<ImageReference, "name" | "tag" | "digest">,
): PullPolicy {
  if (isImageId(image)) return "NEVER";
  if (spec.image_pull_policy) return spec.image_pull_policy;
  const floats = image.digest === undefined && (image.tag ?? "latest") === "latest";
  return floats ? "ALWAYS" : "IF_NOT_PRESENT";
}
