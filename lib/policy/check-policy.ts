import { type Problem, refused } from "../runs/launch-error.ts";
import { quote, quoteKey } from "../runs/quote.ts";
import type { Claim } from "./claim.ts";
import { type EffectivePolicy, effectivePolicy, type Policy } from "./policy.ts";
import { RULES } from "./rules.ts";
import { type Subject, subjectClaims } from "./subject.ts";

/** Refuses what the operator's policy forbids. Throws a LaunchError `Denied` with every denial. */
export type PolicyGate = (subject: Subject) => void;

/** The gate that every backend sends its runs through, between building and previewing or submitting them. */
export function createPolicyGate(
  policy: Policy,
  env: Readonly<Record<string, string | undefined>>,
): PolicyGate {
  const effective = effectivePolicy(policy, env);
  return (subject) => {
    const problems = checkPolicy(effective, subject);
    if (problems.length > 0) throw refused("Denied", problems);
  };
}

/** Everything about a run that a policy forbids, each with its rule, its place and what was expected. */
export function checkPolicy(policy: EffectivePolicy, subject: Subject): Problem[] {
  return subjectClaims(subject, policy).flatMap((claim) => {
    const expected = RULES[claim.rule](claim.value, policy);
    return expected === undefined ? [] : [denial(claim, expected, policy)];
  });
}

function denial(
  { rule, path, value }: Claim,
  expected: string,
  { profile }: EffectivePolicy,
): Problem {
  const got =
    rule === "env-names" ? nameIn(value) : quote(value ?? null, path.split("/"), "address");
  const message = `is denied by the policy's rule ${rule} (profile ${profile}): got ${got}, expected ${expected}`;
  return { path: path.startsWith("/") ? path.split("/").map(quoteKey).join("/") : path, message };
}

/** Of a variable the name alone is shown. */
function nameIn(value: unknown): string {
  const name = String((value as { name?: unknown } | null)?.name ?? null);
  return quoteKey(name) === name ? JSON.stringify(name) : quoteKey(name);
}
