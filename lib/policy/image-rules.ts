import { type ImageReference, parseImageReference } from "../runs/image-reference.ts";
import { matches } from "./glob.ts";
import type { Verdict } from "./judge-values.ts";

/** Whether one of the patterns names it: with its tag where the pattern has one. undefined patterns allow every image. */
export function imageName(value: unknown, patterns: readonly string[] | undefined): Verdict {
  if (!patterns) return undefined;
  const expected = patterns.length === 0 ? "none" : `one of ${patterns.join(", ")}`;
  const image = read(value);
  if (!image) return expected;
  const name = `${image.domain}/${image.path}`;
  const tag = image.tag ?? (image.digest === undefined ? "latest" : "");
  return matches(patterns, name) || matches(patterns, `${name}:${tag}`) ? undefined : expected;
}

export function imageDigest(value: unknown, isRequired: boolean): Verdict {
  const pinned = !isRequired || read(value)?.digest !== undefined;
  return pinned ? undefined : "an image named by its digest, name@sha256:…";
}

/** The registry's host, with its port; undefined where no engine could read it as an image. */
export const imageRegistry = (value: unknown): string | undefined => read(value)?.domain;

function read(value: unknown): ImageReference | undefined {
  try {
    return typeof value === "string" ? parseImageReference(value) : undefined;
  } catch {
    return undefined;
  }
}
