import { constants } from "node:os";
import { type Cause, causeOf } from "../../../runs/cause.ts";
import { type ContainerState, LOST_CODE } from "../api/engine-answers.ts";
import { type EngineKind, type EngineVersion, isAtLeast } from "../api/versions.ts";
import type { End } from "./end.ts";

/** What is known of the engine's last start; both undefined where nothing shows it. */
export interface EngineHistory {
  readonly version: EngineVersion;
  /** ISO 8601 by its clock. */
  readonly startedAt: string | undefined;
}

type Verdict = Pick<End, "outcome" | "statusCode" | "cause">;

/**
 * Docker 24.0.0 to 24.0.2 write exit code 0 for what ran when the machine went down (moby#45788). All of 24.0 speak API
 * 1.43, and nothing else does; of one that does not call itself by a number, it may be true.
 */
const liesAboutZero = ({ engine, api }: EngineVersion) =>
  api === "1.43" && !isAtLeast(engine, "24.0.3");

/** An engine ends, or finds ended, what ran before it started in the moments before it makes its network. */
const RESTART_MS = 20_000;

/** Whether an exit like this one may have been the engine's own doing, so that its last start must be known. */
export function mayBeEngines(
  { OOMKilled, ExitCode }: ContainerState,
  version: EngineVersion,
): boolean {
  if (OOMKilled) return false;
  return [137, 143, 255].includes(ExitCode) || (ExitCode === 0 && liesAboutZero(version));
}

/** The verdict on a container that ran and exited by no order of ours. */
export function judgeExit(state: ContainerState, engine: EngineHistory): Verdict {
  const { ExitCode: statusCode } = state;
  if (statusCode === LOST_CODE)
    return { outcome: "crashed", statusCode, cause: causeOf("EngineLost", LOST) };
  if (mayBeEngines(state, engine.version) && endedAtRestart(state, engine))
    return { outcome: "crashed", statusCode, cause: engineLost(statusCode) };
  if (statusCode === 0) return { outcome: "completed", statusCode, cause: null };
  return { outcome: "failed", statusCode, cause: failure(state, engine.version.kind) };
}

function endedAtRestart({ FinishedAt, ExitCode }: ContainerState, engine: EngineHistory): boolean {
  if (engine.startedAt === undefined) return ExitCode === 0; // it is a version that lies, and nothing speaks for it
  const before = Date.parse(engine.startedAt) - Date.parse(FinishedAt);
  return before >= 0 && before <= RESTART_MS;
}

function failure({ ExitCode: code, OOMKilled }: ContainerState, kind: EngineKind): Cause {
  if (OOMKilled)
    return causeOf("OOMKilled", `the kernel killed it for its memory use; exit code ${code}`);
  const signal = SIGNALS.get(code - 128);
  if (signal)
    return causeOf("Signal", `it exited with code ${code}, as a death by ${signal} is reported`, {
      ...(signal === "SIGKILL" && { hint: KILLED[kind] }),
    });
  return causeOf("Exit", `the command exited with code ${code}`);
}

function engineLost(code: number): Cause {
  const message = `the engine restarted while it ran and reports exit code ${code}, which says nothing about the command`;
  return causeOf("EngineLost", message);
}

const LOST = "its machine went down while it ran, and its exit code is not known";

const KILLED: Readonly<Record<EngineKind, string>> = {
  docker:
    "Something killed it, but the engine saw no lack of memory: `docker kill`, a stop of the engine, or the kernel for another's memory.",
  podman:
    "Something killed it: the kernel for its memory use (Podman does not always tell), `podman kill`, or the machine's stop. Compare its memory use with its limit first.",
};

const SIGNALS = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name] as const),
);
