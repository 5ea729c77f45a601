import { createLocalDependencies } from "../../local/dependencies.ts";
import { findGivenQueue } from "../../local/given-queue.ts";
import { createSqsQueues } from "../../queues/sqs-queues.ts";
import { LaunchError } from "../../runs/launch-error.ts";
import {
  type DeadLetter,
  dropDeadLetter,
  readDeadLetters,
  redriveDeadLetter,
} from "../../usecases/dead-letters.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { createCliLog } from "../output/cli-log.ts";
import type { QueueOptions } from "../queue-options.ts";
import { requireQueue } from "../queue-place.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface DeadLettersOptions extends CommonOptions, QueueOptions {
  readonly what: "list" | "redrive" | "drop";
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly force: boolean;
}

const DEADLINE_MS = 300_000;

/** Shows the dead letters, or deals with those that are meant. */
export async function deadLetters(
  options: DeadLettersOptions,
  terminal: Terminal,
): Promise<number> {
  const { what, ids, all } = options;
  if (what !== "list" && ids.length === 0 && !all)
    throw new UsageError(`say which to ${what}: their ids, or --all`);
  return withEngines(options, terminal, async (engines) => {
    const deal = await dealerFor(options, terminal, engines);
    const codes: number[] = [];
    for await (const letter of deal.letters)
      if (what === "list" || all || ids.includes(nameOf(letter)))
        codes.push(await deal.one(letter));
    if (codes.length === 0 && ids.length > 0)
      throw new UsageError(`there is no dead letter of ${ids.join(", ")}`, "", EXIT.notFound);
    return Math.max(EXIT.ok, ...codes);
  });
}

async function dealerFor(
  options: DeadLettersOptions,
  terminal: Terminal,
  engines: Parameters<typeof createLocalDependencies>[0],
) {
  const { env, urls } = await requireQueue(options, terminal);
  const place = await findGivenQueue({ env, ...urls });
  const log = createCliLog(terminal, options.debug ? "debug" : "error");
  const local = await createLocalDependencies(engines, place, { log });
  const { sender } = createSqsQueues(place.sqs, place.urls);
  const { deadLetters: queue } = local;
  if (!queue || !sender) throw new UsageError(`${urls.requests} has no dead letter queue`);
  const deps = { ...local, deadLetters: queue, sender };
  const signal = AbortSignal.timeout(DEADLINE_MS);
  return {
    letters: readDeadLetters(deps, signal),
    one: async (letter: DeadLetter) => {
      if (options.what === "list") return show(options, terminal, letter, letter.reason);
      const deal = options.what === "redrive" ? redriveDeadLetter : dropDeadLetter;
      try {
        const outcome = await deal(deps, letter, options, signal);
        return show(options, terminal, letter, outcome ? OUTCOMES[outcome] : "dropped");
      } catch (error) {
        if (!(error instanceof LaunchError)) throw error;
        show(options, terminal, letter, `left where it is: ${error.message}`);
        return EXIT.unavailable;
      }
    },
  };
}

const OUTCOMES = {
  sent: "sent again",
  known: "removed: its engine knows its run, and the result comes from there",
} as const;

/** What it is called by: its run's id, or where that cannot be read its message's. */
const nameOf = ({ id, message }: DeadLetter) => id ?? message.messageId;

function show(
  { json }: CommonOptions,
  terminal: Terminal,
  letter: DeadLetter,
  text: string,
): number {
  const { messageId, receiveCount } = letter.message;
  const fields = { id: letter.id ?? null, message_id: messageId, receive_count: receiveCount };
  print(terminal, json ? JSON.stringify({ ...fields, said: text }) : `${nameOf(letter)}: ${text}`);
  return EXIT.ok;
}
