import * as z from "zod/mini";

/** Why a run ended as it did: the closed list that receivers of results may branch on. */
export const CauseCode = z.enum([
  "Exit",
  "Signal",
  "OOMKilled",
  "ImageNotFound",
  "ImageAuth",
  "ImageInvalid",
  "ConfigError",
  "Unschedulable",
  "AdmissionDenied",
  "QuotaExceeded",
  "Evicted",
  "Preempted",
  "NodeLost",
  "DeadlineExceeded",
  "NeverStarted",
  "DidNotComplete",
  "Removed",
  "EngineLost",
  "SubmissionFailed",
  "StorageExceeded",
  "Cancelled",
  "Invalid",
  "Denied",
  "Conflict",
  "Stale",
]);
export type CauseCode = z.infer<typeof CauseCode>;

/** Who can mend it. */
export const Blame = z.enum(["workload", "configuration", "platform", "user"]);
export type Blame = z.infer<typeof Blame>;

export const Cause = z.object({
  code: CauseCode,
  blame: Blame,
  /** Whether the same request, sent under a new id, may well succeed. */
  retryable: z.boolean(),
  message: z.string(),
  /** What to do about it; empty where nothing useful can be said. */
  hint: z.string(),
});
export type Cause = z.infer<typeof Cause>;

type Nature = Omit<Cause, "code" | "message">;

const NATURES: Record<CauseCode, Nature> = {
  Exit: { blame: "workload", retryable: false, hint: "Read the end of the run's output." },
  Signal: {
    blame: "workload",
    retryable: false,
    hint: "Something sent the command a signal, or it crashed. Read the end of the run's output.",
  },
  OOMKilled: {
    blame: "workload",
    retryable: false,
    hint: "The command used more memory than its limit. Raise the limit or use less.",
  },
  ImageNotFound: {
    blame: "configuration",
    retryable: false,
    hint: "Check the image's name and tag, and that it was pushed.",
  },
  ImageAuth: {
    blame: "configuration",
    retryable: false,
    hint: "Check the registry's user name and password, or the pull secret.",
  },
  ImageInvalid: {
    blame: "configuration",
    retryable: false,
    hint: "Write the image as [registry[:port]/]name[:tag][@digest].",
  },
  ConfigError: {
    blame: "configuration",
    retryable: false,
    hint: "The command could not be started as configured. Check what the message names.",
  },
  Unschedulable: {
    blame: "platform",
    retryable: true,
    hint: "No node has room for it. Ask for less, loosen its constraints or add nodes.",
  },
  AdmissionDenied: {
    blame: "configuration",
    retryable: false,
    hint: "A rule of the cluster forbids this pod. Change the request or ask the rule's owner.",
  },
  QuotaExceeded: {
    blame: "platform",
    retryable: true,
    hint: "The namespace's quota is used up. Wait for other runs to end, or raise the quota.",
  },
  Evicted: { blame: "platform", retryable: true, hint: "The node needed the room. Send it again." },
  Preempted: {
    blame: "platform",
    retryable: true,
    hint: "A run of higher priority took its place. Send it again or raise its priority.",
  },
  NodeLost: { blame: "platform", retryable: true, hint: "Its node went away. Send it again." },
  DeadlineExceeded: {
    blame: "workload",
    retryable: false,
    hint: "It ran longer than it may. Raise timeout_seconds or make it faster.",
  },
  NeverStarted: {
    blame: "platform",
    retryable: true,
    hint: "It did not start in time. Look at the engine, or raise pod_watch_timeout_seconds.",
  },
  DidNotComplete: {
    blame: "platform",
    retryable: true,
    hint: "Its containers ended but its Job did not. Look at the cluster's job controller.",
  },
  Removed: {
    blame: "user",
    retryable: true,
    hint: "Somebody removed it before its result could be read.",
  },
  EngineLost: {
    blame: "platform",
    retryable: true,
    hint: "The engine restarted and lost track of it; how it ended is not known.",
  },
  SubmissionFailed: {
    blame: "platform",
    retryable: true,
    hint: "Its engine did not accept it in time. It was not started and never will be.",
  },
  StorageExceeded: {
    blame: "workload",
    retryable: false,
    hint: "It wrote more than its own limit of storage. Raise the limit, or write less.",
  },
  Cancelled: { blame: "user", retryable: false, hint: "" },
  Invalid: {
    blame: "user",
    retryable: false,
    hint: "Correct the request and send it again.",
  },
  Denied: {
    blame: "user",
    retryable: false,
    hint: "The operator's policy forbids this. Change the request or ask for the policy to change.",
  },
  Conflict: {
    blame: "user",
    retryable: false,
    hint: "This id is taken by another request. Send each request under an id of its own.",
  },
  Stale: {
    blame: "platform",
    retryable: true,
    hint: "It was first received too long ago to rule out that it already ran. Send it under a new id.",
  },
};

/** A cause with what is usual for its code, save for what is said otherwise. */
export function causeOf(
  code: CauseCode,
  message: string,
  particulars: Partial<Nature> = {},
): Cause {
  return { code, message, ...NATURES[code], ...particulars };
}
