import type { CancelMessage } from "../../client/request-message.ts";
import type { Config } from "../../config/config.ts";
import { fieldsNaming } from "../../config/targets.ts";
import type { Engines } from "../../local/dependencies.ts";
import { quote } from "../../runs/quote.ts";
import { toRequest } from "../../runs/request.ts";
import { type RunKey, runKeyOf } from "../../runs/run.ts";
import { openCarrier } from "../carrier.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { requireRun } from "../find-run.ts";
import { prepareMessages } from "../input/requests.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface CancelOptions extends CommonOptions {
  readonly id: string;
  readonly grace: number;
  /** The request as it was sent: needed where the run is not there yet, or its engine is out of reach. */
  readonly request: string | undefined;
  readonly queueUrl: string | undefined;
}

const DEADLINE_MS = 30_000;

/** Ends a run, or keeps it from starting: asked of its engine, or by a message where a queue is named. */
export async function cancel(options: CancelOptions, terminal: Terminal): Promise<number> {
  const outcome = await withEngines(options, terminal, async (engines) =>
    options.queueUrl === undefined
      ? cancelOnEngine(options, terminal, engines)
      : cancelByMessage(options, terminal, engines, options.queueUrl),
  );
  const answer = { id: options.id, outcome };
  print(terminal, options.json ? JSON.stringify(answer) : `${options.id}: ${OUTCOMES[outcome]}`);
  return EXIT.ok;
}

const OUTCOMES = {
  fenced: "there was no such run, and there will be none",
  stopping: "is being stopped",
  ended: "had ended already",
  exists: "is being left alone",
  sent: "the cancel is on the queue",
} as const;

async function cancelOnEngine(
  options: CancelOptions,
  terminal: Terminal,
  engines: Engines,
): Promise<keyof typeof OUTCOMES> {
  const key = await keyOf(options, terminal, engines);
  const backend = await engines.backends.load(key.target.type);
  const { outcome } = await backend.cancel(
    key,
    { graceSeconds: options.grace, reason: "Cancelled", message: "cancelled on request" },
    AbortSignal.timeout(DEADLINE_MS),
  );
  return outcome;
}

async function keyOf(
  options: CancelOptions,
  terminal: Terminal,
  engines: Engines,
): Promise<RunKey> {
  if (options.request === undefined)
    return (await requireRun(engines, options.id)).observation.run.key;
  const message = await messageFrom(options.request, options, terminal);
  const { spec } = toRequest(message, engines.config.infrastructures);
  const backend = await engines.backends.load(spec.type);
  return runKeyOf(options.id, spec, await backend.locate(spec));
}

async function cancelByMessage(
  options: CancelOptions,
  terminal: Terminal,
  engines: Engines,
  queueUrl: string,
): Promise<"sent"> {
  const message =
    options.request === undefined
      ? messageOf(await keyOf(options, terminal, engines), engines.config, options.grace)
      : await messageFrom(options.request, options, terminal);
  const carrier = openCarrier(terminal.env, { requests: queueUrl, results: undefined });
  try {
    await carrier.send(message);
  } finally {
    await carrier.stop();
  }
  return "sent";
}

/** The cancel of the run that a file asks for; of the one with this id where there are several. */
async function messageFrom(
  file: string,
  { id, grace }: CancelOptions,
  terminal: Terminal,
): Promise<CancelMessage> {
  const nothing = { type: undefined, image: undefined, name: undefined, env: [], command: [] };
  const messages = await prepareMessages({ file, set: [], ...nothing }, terminal);
  const [only] = messages;
  const meant = messages.length === 1 ? only : messages.find((message) => message.id === id);
  if (!meant) throw new UsageError(`${quote(file, [], "path")} holds no request with the id ${id}`);
  return { id, action: "cancel", infrastructure: meant.infrastructure, grace_seconds: grace };
}

/** What names a run on its engine, in a request's own words. */
function messageOf(
  { id, target, name, namespace }: RunKey,
  config: Config,
  grace: number,
): CancelMessage {
  const infrastructure = {
    type: target.type,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...fieldsNaming(target, config),
  };
  return { id, action: "cancel", infrastructure, grace_seconds: grace };
}
