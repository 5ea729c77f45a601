import type { Result } from "../../lib/runs/result.ts";
import { TERMINAL_STATES } from "../../lib/runs/result.ts";
import type { Daemon } from "./daemon.ts";
import { type Arrival, receiveUntil, sendAll } from "./queue.ts";

let count = 0;

/** Sends requests that run a command as processes, and waits until so many results of one kind have come. */
async function sendAndAwait(
  { client, urls }: Daemon,
  command: readonly string[],
  times: number,
  counts: (result: Result) => boolean,
): Promise<Arrival<Result>[]> {
  const requests = Array.from({ length: times }, () => ({
    id: `bench-${count++}`,
    infrastructure: { type: "process", command, stream_output: false },
  }));
  const arrived = receiveUntil<Result>(
    client,
    urls.results,
    (all) => all.filter(({ body }) => counts(body)).length >= times,
  );
  await sendAll(client, urls.requests, requests);
  return (await arrived).filter(({ body }) => counts(body));
}

export const isTerminal = ({ data }: Result) => TERMINAL_STATES.has(data.state);

/** From the first request to the last result. */
export const runToEnd = (daemon: Daemon, command: readonly string[], times: number) =>
  sendAndAwait(daemon, command, times, isTerminal);

/** From the first request until all of them run. */
export const startAll = (daemon: Daemon, command: readonly string[], times: number) =>
  sendAndAwait(daemon, command, times, ({ data }) => data.state === "submitted");
