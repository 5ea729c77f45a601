import type { RunKey } from "../../runs/run.ts";
import { slugify } from "../../runs/slug.ts";

/**
 * With `-` and 16 characters of hash this makes 62 of the 63 that a DNS label may have. Prefect's own limit, which left
 * room for the suffix of `generateName`.
 */
const MAX_SLUG = 45;

/** A Job's name: the same key always gives the same one, so that the cluster itself refuses a second Job. */
export function jobName(key: Pick<RunKey, "name" | "hash">): string {
  return `${slugify(key.name ?? "", MAX_SLUG) || "prefect-job"}-${key.hash}`;
}
