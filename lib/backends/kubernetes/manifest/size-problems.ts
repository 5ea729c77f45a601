import type { V1Job } from "@kubernetes/client-node";
import type { Problem } from "../../../runs/launch-error.ts";

/** What etcd takes in one request, in bytes. */
const MAX_MANIFEST = 1_572_864;

/** What the API server takes in all annotations of one object together, in bytes. */
const MAX_ANNOTATIONS = 262_144;

/** What makes a finished manifest too large to be created, now and at any later time. */
export function sizeProblems(job: V1Job): Problem[] {
  return [
    ...tooLarge("the manifest", JSON.stringify(job), MAX_MANIFEST),
    ...annotationProblems("/metadata/annotations", job.metadata?.annotations),
    ...annotationProblems(
      "/spec/template/metadata/annotations",
      job.spec?.template.metadata?.annotations,
    ),
  ];
}

function annotationProblems(pointer: string, annotations: Record<string, string> | undefined) {
  const text = Object.entries(annotations ?? {})
    .flat()
    .join("");
  return tooLarge(pointer, text, MAX_ANNOTATIONS);
}

function tooLarge(what: string, text: string, limit: number): Problem[] {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limit) return [];
  return [{ path: "infrastructure", message: `${what} has ${bytes} bytes; at most ${limit} fit` }];
}
