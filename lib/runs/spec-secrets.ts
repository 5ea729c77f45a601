import { findSecrets } from "./find-secrets.ts";
import type { Spec } from "./infrastructure.ts";

/** The secrets that a request carries: in its environment, its credentials, its command and whatever else it has. */
export function secretsOf({ labels: _, ...spec }: Spec): string[] {
  return findSecrets(spec); // labels come back in the results as they are
}
