/**
 * What we write on a Job (and the labels on its pods), under which name. Together with the Job's own name this is all
 * the state there is: whoever reads it back must understand what any other version of this program wrote.
 */

/** Everything of ours in a cluster begins with this; requests may set nothing under it. */
export const PREFIX = "slipway.dev/";

/** On a Job and its pods: `hashRunId(id)`. */
export const RUN_LABEL = "slipway.dev/run";

/** On a Job and its pods: `"true"` until the run's terminal result is settled. */
export const OPEN_LABEL = "slipway.dev/open";

/** On a Job that is a tombstone: it holds a run's name and never runs. */
export const TOMBSTONE_LABEL = "slipway.dev/tombstone";

/** Keeps a Job until its result is out. */
export const FINALIZER = "slipway.dev/result";

export const ANNOTATIONS = {
  /** The run's full id: equal hashes of different ids are told apart by it. */
  id: "slipway.dev/id",
  /** Digest of the request; a tombstone has none. */
  digest: "slipway.dev/digest",
  /** The run's display name as sent; left out where none was. */
  name: "slipway.dev/name",
  /** Version of these markers. */
  version: "slipway.dev/version",
  streamOutput: "slipway.dev/stream-output",
  jobWatchTimeoutSeconds: "slipway.dev/job-watch-timeout-seconds",
  podWatchTimeoutSeconds: "slipway.dev/pod-watch-timeout-seconds",
  /** `ttlSecondsAfterFinished` as the request had it: applied at settling, when the result is out. */
  ttlSeconds: "slipway.dev/ttl-seconds-after-finished",
  /** A CancelReason: how the end of a cancelled run, or of a tombstone, is to be judged. */
  cancelReason: "slipway.dev/cancel-reason",
  cancelMessage: "slipway.dev/cancel-message",
  /** What the sender is to be told besides: a JSON list of texts. Left out where there is nothing. */
  warnings: "slipway.dev/warnings",
} as const;

export const MARKER_VERSION = "1";

/** The container whose exit code is the run's, where patches did not rename it. */
export const MAIN_CONTAINER = "prefect-job";
