import { createLocalDependencies } from "../../local/dependencies.ts";
import { findGivenQueue } from "../../local/given-queue.ts";
import type { QueuePlace } from "../../local/queue-place.ts";
import { createSqs } from "../../queues/sqs.ts";
import { failuresOf, type WatchReport, watchFor } from "../../usecases/watch.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { untilInterrupted } from "../interrupts.ts";
import { createCliLog } from "../output/cli-log.ts";
import { givenUrls, type QueueOptions } from "../queue-options.ts";
import { note, type Terminal } from "../terminal.ts";

interface WatchOptions extends CommonOptions, QueueOptions {
  readonly follow: boolean;
}

/** One look needs no longer than this, in milliseconds. */
const CUT_OFF_MS = 300_000;

/** What the schedule does: publishes what has ended, once or until Ctrl-C. Fails where not everything could be watched. */
export async function watch(options: WatchOptions, terminal: Terminal): Promise<number> {
  return withEngines(options, terminal, async (engines) => {
    const place = await placeOf(options, terminal);
    const log = createCliLog(terminal, options.debug ? "debug" : "warn");
    const deps = await createLocalDependencies(engines, place, { log });
    const stop = new AbortController();
    if (options.follow) untilInterrupted().then(() => stop.abort());
    const report = await watchFor(deps, {
      signal: options.follow ? new AbortController().signal : AbortSignal.timeout(CUT_OFF_MS),
      watchMs: options.follow ? Number.POSITIVE_INFINITY : 0,
      stop: stop.signal,
      onLook: (look) => noteLook(terminal, look),
    });
    return failuresOf(report).length > 0 ? EXIT.unavailable : EXIT.ok;
  });
}

/** Without a results queue, results are this command's answer. */
async function placeOf(
  options: WatchOptions,
  terminal: Terminal,
): Promise<Pick<QueuePlace, "sqs" | "urls" | "maxReceiveCount">> {
  const { requests, results } = givenUrls(options, terminal);
  const { env } = terminal;
  if (results === undefined) note(terminal, "No results queue is named: results go to stdout.");
  if (requests !== undefined) return findGivenQueue({ env, requests, results });
  const urls = { requests: "", results, deadLetters: undefined };
  return { sqs: createSqs(env), urls, maxReceiveCount: Number.POSITIVE_INFINITY };
}

function noteLook(terminal: Terminal, { targets, deadLetters }: WatchReport): void {
  const sum = (field: "published" | "open" | "removed") =>
    targets.reduce((total, target) => total + target[field], 0);
  const said = `${sum("published")} published, ${sum("open")} open, ${sum("removed")} removed`;
  const dead = deadLetters.waiting > 0 ? `, ${deadLetters.waiting} dead letters wait` : "";
  note(terminal, said + dead);
}
