import { type ContainerState, LOST_CODE } from "./engine-answers.ts";

/** Between two of Docker's states: told to end but not over; over but not tidied up; made ready but not begun. */
const STATES: Readonly<Record<string, string>> = {
  stopping: "running",
  stopped: "exited",
  initialized: "created",
};

const isNever = (time: string) => time.startsWith("0001-");

/**
 * A container's state in Docker's words. What ran when its machine went down is `created` again (Podman 4), or `exited`
 * with code 0 (since 5): it has a start and no end. Nobody may start it again, and nobody knows how it ended.
 */
export function podmanState(state: ContainerState): ContainerState {
  const { StartedAt, FinishedAt } = state;
  const begun = !isNever(StartedAt);
  const lost =
    begun && (state.Status === "created" || (state.Status === "exited" && isNever(FinishedAt)));
  if (lost) return { ...state, Status: "exited", ExitCode: LOST_CODE };
  // Started again by hand, it is made ready with its first start's time.
  if (begun && state.Status === "initialized") return { ...state, Status: "running" };
  return { ...state, Status: STATES[state.Status] ?? state.Status };
}
