import { kubectlScalar, type Scalar, yaml12Scalar } from "./scalar.ts";

/** What to say of a plain scalar that means one thing to kubectl and another in YAML 1.2; undefined where both agree. */
export function ambiguousScalar(text: string): string | undefined {
  const kubectl = kubectlScalar(text);
  const core = yaml12Scalar(text);
  if (kubectl === core || (Number.isNaN(kubectl) && Number.isNaN(core))) return undefined;
  if (typeof kubectl === "boolean")
    return `${text} is ${kubectl} in YAML 1.1, as kubectl reads it, and the text "${text}" in YAML 1.2; write ${kubectl}, or quote it`;
  const [one, other] = [kindOf(kubectl, text), kindOf(core, text)];
  return `${one} in YAML 1.1, as kubectl reads it, and ${other} in YAML 1.2; write plain digits, or quote it`;
}

/** Of numbers only the kind is told: a password may be one. */
function kindOf(value: Scalar, text: string): string {
  if (typeof value !== "number") return "text";
  const hasLeadingZero = /^[-+]?0[0-9_]/.test(text);
  if (!hasLeadingZero) return "a number";
  return Number(text) === value ? "a decimal number" : "an octal number";
}

export const ambiguousMerge =
  "the merged value in YAML 1.1, as kubectl reads it, and the mapping's own by YAML's rule of merge keys; write << first";
