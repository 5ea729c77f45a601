import type { KubernetesJobSpec } from "../../../runs/infrastructure.ts";
import type { Problem } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { labelProblems } from "./labels.ts";

/** It becomes a part of URLs. */
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What is wrong with a request's plain fields, before any manifest is made of them. */
export function requestProblems(spec: KubernetesJobSpec): Problem[] {
  const problems = labelProblems(spec.labels, "infrastructure.labels");
  if (DNS_LABEL.test(spec.namespace)) return problems;
  const message = `expected the name of a namespace, got ${quote(spec.namespace)}`;
  return [...problems, { path: "infrastructure.namespace", message }];
}
