import { isRecord } from "../runs/canonical-json.ts";
import { runEnvironment } from "../runs/environment.ts";
import type {
  DockerContainerSpec,
  KubernetesJobSpec,
  ProcessSpec,
  Spec,
} from "../runs/infrastructure.ts";
import type { Run } from "../runs/run.ts";
import type { Claim } from "./claim.ts";
import { containerClaims } from "./docker/container-claims.ts";
import { type FieldTree, placesOutside } from "./field-tree.ts";
import { imageRegistry } from "./image-rules.ts";
import { jobClaims } from "./kubernetes/job-claims.ts";
import type { EffectivePolicy } from "./policy.ts";
import { requestClaims } from "./request-claims.ts";

/** A run with what its backend made of it, after every patch and option: exactly what is about to be sent. */
export type Subject =
  | { readonly run: Run<KubernetesJobSpec>; readonly job: unknown }
  | { readonly run: Run<DockerContainerSpec>; readonly create: unknown }
  | { readonly run: Run<ProcessSpec> };

/** Everything about a run that a rule has to allow. */
export function subjectClaims(subject: Subject, policy: EffectivePolicy): Claim[] {
  const isOwn = ownVariables(subject.run);
  return [...requestClaims(subject.run), ...sentClaims(subject, policy)]
    .filter(({ rule, value }) => rule !== "env-names" || !isOwn(value))
    .flatMap((claim) => (claim.rule === "images" ? imageClaims(claim) : [claim]));
}

function sentClaims(subject: Subject, { fields }: EffectivePolicy): Claim[] {
  if ("job" in subject) return [...fieldClaims(subject.job, fields.job), ...jobClaims(subject.job)];
  if (!("create" in subject)) return [];
  return [...fieldClaims(subject.create, fields.create), ...containerClaims(subject.create)];
}

/** What is set although nobody listed it. */
const fieldClaims = (sent: unknown, tree: FieldTree | undefined): Claim[] =>
  tree ? placesOutside(sent, tree).map((place) => ({ rule: "fields", ...place })) : [];

/** One image is judged by its name, by its digest and by where it comes from. */
function imageClaims(claim: Claim): Claim[] {
  const host = imageRegistry(claim.value);
  return [
    claim,
    { ...claim, rule: "image-digest" },
    ...(host === undefined ? [] : [{ ...claim, rule: "special-hosts" as const, value: host }]),
  ];
}

/** Variables that come from the operator, or that Slipway sets itself, are not the request's. */
function ownVariables({ baseEnvironment, key }: Run<Spec>): (variable: unknown) => boolean {
  const own = runEnvironment(baseEnvironment, {}, key.id);
  return (variable) => {
    if (!isRecord(variable)) return false;
    const name = String(variable.name);
    if (/^(?:PREFECT_|SLIPWAY_|TRACEPARENT$)/.test(name)) return true;
    return Object.hasOwn(own, name) && own[name] === variable.value;
  };
}
