import type { Cause } from "../runs/cause.ts";
import type { Spec } from "../runs/infrastructure.ts";
import type { Observation, ObservedRun } from "../runs/observation.ts";
import type { Run, RunKey, Target } from "../runs/run.ts";

/**
 * One kind of engine. The engine is the only memory: every answer is read from it, nothing is remembered between calls,
 * and any number of launchers and watchers may use the same engine at once.
 *
 * Every verb may be repeated, after a crash at any point of an earlier call, and then finishes what that call began.
 * Every call has a deadline. Failures are LaunchErrors: `retryable` where the same call may succeed later.
 */
export interface Backend<S extends Spec = Spec> {
  readonly type: S["type"];

  /**
   * true where a run cannot outlive the invocation that started it (a process in Lambda): whoever submits waits for its
   * end, publishes and settles it, and no sweep will ever see it.
   */
  readonly ephemeral?: boolean;

  /** Where a spec's runs go. Throws `Invalid` where the configuration knows no such target. */
  locate(spec: S): Promise<Target>;

  /** What `submit` would send, without asking any engine, secrets masked. Throws `Invalid` with every problem. */
  preview(run: Run<S>): Preview;

  /**
   * Starts the run unless something under its name exists already; twice is once. Throws `Conflict` where the name is
   * taken by another request or by a stranger.
   */
  submit(run: Run<S>, signal: AbortSignal): Promise<Submission>;

  /**
   * Every run of the target whose terminal result is not settled, judged. It also carries out what the run's own limits
   * demand before judging (stop what is past its deadline, delete what never started, start what a dead launcher left
   * created), looking once more before anything irreversible. One broken run yields `unknown` and stops no other.
   *
   * With `follow` it goes on after the list and yields a run again whenever news of it comes, until the signal aborts
   * (then it returns normally). News is a courtesy: the next call's list is the truth.
   * Throws a retryable LaunchError where the engine cannot be asked: then nothing is known, and nothing may be concluded.
   */
  open(target: Target, options: OpenOptions): AsyncIterable<Observation>;

  /** One run by its id, settled or not; undefined where the engine knows nothing of it. */
  find(target: Target, id: string, signal: AbortSignal): Promise<Observation | undefined>;

  /** Its terminal result is out: mark it so, let go of it, start the retention. Gone or settled already is fine. */
  settle(run: ObservedRun, signal: AbortSignal): Promise<void>;

  /**
   * Ends the run, or, where nothing of its name exists, leaves a tombstone there so that it can never start. Returns as
   * soon as the engine has taken the order; `open` yields the end once it is confirmed, as `options.reason` says.
   */
  cancel(key: RunKey, options: CancelOptions, signal: AbortSignal): Promise<Cancellation>;

  /**
   * The run's output, stdout and stderr in the order in which the engine has them, byte for byte; bounded by the caller,
   * who stops reading.
   */
  output(run: ObservedRun, options: OutputOptions): AsyncIterable<OutputPiece>;

  /** Removes what the retention has ended, and what crashed launchers left behind without an owner. */
  sweep(target: Target, signal: AbortSignal): Promise<Swept>;

  /**
   * Asks the target whether it can take runs, and changes nothing there. Throws a LaunchError where it cannot be asked.
   */
  check(target: Target, signal: AbortSignal): Promise<TargetCheck>;

  /** Lets go of connections and watches; runs are untouched. */
  close(): Promise<void>;
}

export interface Preview {
  readonly language: "yaml" | "json" | "shell";
  readonly text: string;
}

export interface Submission {
  /**
   * created: by this call. adopted: the same request was submitted before (it may have ended or even been settled).
   * fenced: a tombstone holds its name, it will never start; the tombstone's own end is its result.
   */
  readonly outcome: "created" | "adopted" | "fenced";
  readonly run: ObservedRun;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly follow?: boolean;
}

export interface CancelOptions {
  /** Between the polite and the final signal, in seconds. */
  readonly graceSeconds: number;
  /**
   * How the run's end is to be judged: `Cancelled` → cancelled; `SubmissionFailed` → crashed (the fence of a submission
   * that never got through; it leaves an existing run alone); `Conflict` → rejected (a second run of the same id).
   */
  readonly reason: CancelReason;
  readonly message: string;
}

export type CancelReason = Extract<Cause["code"], "Cancelled" | "SubmissionFailed" | "Conflict">;

export interface Cancellation {
  /** fenced: there was no run, and there will be none. stopping: it is being ended. ended: it was over already. exists: a fence found the run alive and left it. */
  readonly outcome: "fenced" | "stopping" | "ended" | "exists";
}

export type OutputStream = "stdout" | "stderr";

/** Some bytes of a run's output. */
export interface OutputPiece {
  /** `stdout` for everything where the engine does not tell the two apart. */
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

export interface OutputOptions {
  readonly signal: AbortSignal;
  /** Only the last so many bytes of what is there now; everything where undefined. */
  readonly tailBytes?: number;
  /** Go on until the run ends or the signal aborts (then return normally). */
  readonly follow?: boolean;
}

/** What a target says of itself, for the operator. */
export interface TargetCheck {
  /** Name and version of what answered: `Kubernetes v1.37.2`. */
  readonly version: string;
  /** What keeps runs from working there although it answers, a missing right for example. */
  readonly problems: readonly string[];
  /** In what it differs from others of its kind. */
  readonly notes: readonly string[];
}

export interface Swept {
  readonly removed: number;
}
