import { effectivePolicy, Policy } from "../../lib/policy/policy.ts";

/** A policy as the configuration says it, on a machine unless told otherwise. */
export function aPolicy(fields: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  return effectivePolicy(Policy.parse(fields), env);
}
