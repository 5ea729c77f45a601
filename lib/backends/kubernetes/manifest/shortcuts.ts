import { environmentOf } from "../../../runs/environment.ts";
import type { KubernetesJobSpec, PatchOperation } from "../../../runs/infrastructure.ts";
import type { Run } from "../../../runs/run.ts";
import { jobName } from "../names.ts";
import { toPointer } from "./json-pointer.ts";
import { slugLabelKey, slugLabelValue } from "./labels.ts";

const CONTAINER = ["spec", "template", "spec", "containers", "0"];

/** The request's plain fields as JSON-patch operations, in Prefect's order. */
export function shortcuts(run: Run<KubernetesJobSpec>): PatchOperation[] {
  const { spec } = run;
  return [
    add(["metadata", "namespace"], spec.namespace),
    ...addGiven([...CONTAINER, "image"], spec.image),
    ...Object.entries(spec.labels).map(([key, value]) =>
      add(["metadata", "labels", slugLabelKey(key)], slugLabelValue(value)),
    ),
    ...Object.entries(environmentOf(run)).map(([name, value]) =>
      add([...CONTAINER, "env", "-"], { name, value }),
    ),
    ...addGiven([...CONTAINER, "imagePullPolicy"], spec.image_pull_policy),
    ...addGiven(["spec", "template", "spec", "serviceAccountName"], spec.service_account_name),
    ...addGiven([...CONTAINER, "command"], spec.command.length > 0 ? spec.command : undefined),
    add(["metadata", "name"], jobName(run.key)),
  ];
}

function add(keys: readonly string[], value: unknown): PatchOperation {
  return { op: "add", path: toPointer(keys), value };
}

function addGiven(keys: readonly string[], value: unknown): PatchOperation[] {
  return value === undefined ? [] : [add(keys, value)];
}
