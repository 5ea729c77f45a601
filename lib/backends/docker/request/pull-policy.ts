import type { ImageReference } from "../../../runs/image-reference.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";

export type PullPolicy = "ALWAYS" | "NEVER" | "IF_NOT_PRESENT";

/** What was asked for; unset: `latest` (said or meant) is pulled always, any other tag or digest if it is not there. */
export function pullPolicyOf(
  spec: Pick<DockerContainerSpec, "image_pull_policy">,
  image: Pick<ImageReference, "tag" | "digest">,
): PullPolicy {
  if (spec.image_pull_policy) return spec.image_pull_policy;
  const floats = image.digest === undefined && (image.tag ?? "latest") === "latest";
  return floats ? "ALWAYS" : "IF_NOT_PRESENT";
}
