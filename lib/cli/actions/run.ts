import type { RequestMessage } from "../../client/request-message.ts";
import type { Engines } from "../../local/dependencies.ts";
import type { RunRequest } from "../../runs/request.ts";
import type { Result, ResultData } from "../../runs/result.ts";
import type { Target } from "../../runs/run.ts";
import { type Carrier, openCarrier, startCarrier } from "../carrier.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { followAll, type Sent } from "../following/follow-all.ts";
import { type Prepared, prepareRequests, type RequestOptions } from "../input/requests.ts";
import { onInterrupts } from "../interrupts.ts";
import { createCliLog } from "../output/cli-log.ts";
import { createPulls, type Pulls } from "../output/pulls.ts";
import { createRunView } from "../output/run-view.ts";
import { type GivenUrls, givenUrls, type QueueOptions } from "../queue-options.ts";
import { onlyRuns } from "../tapped-backends.ts";
import { note, print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

type RunOptions = CommonOptions & RequestOptions & QueueOptions;

/** Sends the requests, shows what comes of them, and returns the exit code of the first that did not complete. */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const pulls = createPulls();
  const work = async (engines: Engines) => {
    const prepared = await prepareRequests(options, terminal, engines.config.infrastructures);
    const runs = await Promise.all(prepared.map((one) => placeOf(engines, one)));
    const carrier = await carrierFor(options, terminal, engines, runs);
    try {
      return await sendAndFollow(options, terminal, carrier, runs, pulls);
    } finally {
      await carrier.stop();
    }
  };
  return withEngines(options, terminal, work, { onPullProgress: pulls.see });
}

interface Placed {
  readonly message: RequestMessage;
  readonly request: RunRequest;
  readonly place: Sent["place"];
}

async function placeOf(
  { backends }: Pick<Engines, "backends">,
  { message, request }: Prepared,
): Promise<Placed> {
  if (request.action === "cancel")
    throw new UsageError(
      `${request.id} is a cancel, and slipway run starts runs`,
      "Send it with slipway submit, or use slipway cancel.",
      EXIT.badRequest,
    );
  const backend = await backends.load(request.spec.type);
  const target = await backend.locate(request.spec);
  return { message, request, place: { backend, target, id: request.id } };
}

/** The queue that is named, else one of our own, with nothing but the engines that these runs need behind it. */
async function carrierFor(
  options: RunOptions,
  terminal: Terminal,
  engines: Engines,
  runs: readonly Placed[],
): Promise<Carrier> {
  const urls = givenUrls(options, terminal);
  if (isGiven(urls)) return openCarrier(terminal.env, urls);
  const log = createCliLog(terminal, options.debug ? "debug" : "error");
  const ids = new Set(runs.map(({ place }) => place.id));
  const own = {
    ...engines,
    targets: distinct(runs.map(({ place }) => place.target)),
    backends: onlyRuns(engines.backends, (id) => ids.has(id)),
  };
  return startCarrier(own, log, { maxReceiveCount: 1 }); // whoever waits here wants to know at once
}

const isGiven = (urls: GivenUrls): urls is GivenUrls & { requests: string } =>
  urls.requests !== undefined;

const distinct = (targets: readonly Target[]) => [
  ...new Map(targets.map((target) => [JSON.stringify(target), target])).values(),
];

async function sendAndFollow(
  options: RunOptions,
  terminal: Terminal,
  carrier: Carrier,
  runs: readonly Placed[],
  pulls: Pulls,
): Promise<number> {
  const leave = new AbortController();
  const stopListening = onInterrupts((count) => {
    if (count > 1) leave.abort();
    else cancelAll(terminal, carrier, runs, () => leave.abort());
  });
  try {
    const sent = runs.map(sentAs(options, terminal, runs.length));
    if (sent[0]) pulls.listen(sent[0].view.pulling); // one tells of all
    for (const { message } of runs) await carrier.send(message);
    const ends = await followAll(sent, {
      carrier,
      signal: leave.signal,
      onResult: (result: Result) => {
        if (options.json) print(terminal, JSON.stringify(result));
      },
    });
    for (const [index, end] of ends.entries()) if (!end) noteLeft(terminal, runs[index]);
    return exitCodeOfAll(ends);
  } finally {
    stopListening();
  }
}

const sentAs =
  ({ json }: RunOptions, terminal: Terminal, count: number) =>
  ({ place, request }: Placed) => ({
    place,
    streamsOutput: request.spec.stream_output,
    view: createRunView(terminal, {
      json,
      label: count > 1 ? (request.spec.name ?? request.id) : "",
    }),
  });

function cancelAll(
  terminal: Terminal,
  carrier: Carrier,
  runs: readonly Placed[],
  giveUp: () => void,
): void {
  note(terminal, "Cancelling … (Ctrl-C again leaves it to itself)");
  const sending = runs.map(({ message: { id, infrastructure } }) =>
    carrier.send({ id, infrastructure, action: "cancel" }),
  );
  Promise.all(sending).catch((error: unknown) => {
    note(
      terminal,
      `The cancel could not be sent: ${error instanceof Error ? error.message : error}`,
    );
    giveUp();
  });
}

function noteLeft(terminal: Terminal, left: Placed | undefined): void {
  if (left)
    note(terminal, `Left to itself. slipway status ${left.request.id} shows how it goes on.`);
}

function exitCodeOfAll(ends: readonly (ResultData | undefined)[]): number {
  const codes = ends.map((end) => (end ? exitCodeOf(end) : EXIT.notYet));
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}
