import type { V1Job } from "@kubernetes/client-node";
import type { RunKey } from "../../runs/run.ts";
import { cutText } from "../../runs/text.ts";
import type { CancelOptions } from "../backend.ts";
import {
  ANNOTATIONS,
  FINALIZER,
  MAIN_CONTAINER,
  MARKER_VERSION,
  OPEN_LABEL,
  RUN_LABEL,
  TOMBSTONE_LABEL,
} from "./markers.ts";
import { jobName } from "./names.ts";

/**
 * A Job under a run's name that never has a pod: it is suspended, and would have none even if somebody resumed it. Its
 * pod template asks for as little as any cluster's rules may demand, so that they let it in.
 */
export function buildTombstone(
  key: RunKey,
  { reason, message }: Pick<CancelOptions, "reason" | "message">,
): V1Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(key),
      ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
      labels: { [RUN_LABEL]: key.hash, [OPEN_LABEL]: "true", [TOMBSTONE_LABEL]: "true" },
      annotations: {
        [ANNOTATIONS.id]: key.id,
        [ANNOTATIONS.version]: MARKER_VERSION,
        ...(key.name === undefined ? {} : { [ANNOTATIONS.name]: key.name }),
        [ANNOTATIONS.cancelReason]: reason,
        [ANNOTATIONS.cancelMessage]: cutText(message, MAX_MESSAGE),
      },
      finalizers: [FINALIZER],
    },
    spec: {
      suspend: true,
      parallelism: 0,
      completions: 1,
      backoffLimit: 0,
      template: POD_TEMPLATE,
    },
  };
}

const MAX_MESSAGE = 4_096;

const LITTLE = { cpu: "1m", memory: "1Mi" };

const POD_TEMPLATE = {
  metadata: { labels: { [TOMBSTONE_LABEL]: "true" } },
  spec: {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_534,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: MAIN_CONTAINER,
        image: "slipway.invalid/tombstone", // RFC 2606: no such host can ever exist
        resources: { requests: LITTLE, limits: LITTLE },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
};
