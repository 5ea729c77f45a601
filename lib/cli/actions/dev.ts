import { join } from "node:path";
import { createLocalDependencies, type Engines } from "../../local/dependencies.ts";
import { findGivenQueue } from "../../local/given-queue.ts";
import { createHandlers } from "../../local/handlers.ts";
import { startLocalSlipway } from "../../local/local-slipway.ts";
import type { QueuePlace } from "../../local/queue-place.ts";
import type { CommonOptions } from "../command.ts";
import { type Board, createBoard } from "../dev/board.ts";
import { createOutputStreams } from "../dev/output-streams.ts";
import { createScreen, type Screen } from "../dev/screen.ts";
import { startOwnQueue } from "../dev/start-own-queue.ts";
import { openTakenRuns } from "../dev/taken-runs.ts";
import { told } from "../dev/told-results.ts";
import { announceDevQueue, stateDirectory, withdrawDevQueue } from "../dev-queue.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { untilInterrupted } from "../interrupts.ts";
import { createCliLog } from "../output/cli-log.ts";
import { createPulls } from "../output/pulls.ts";
import { givenUrls, type QueueOptions } from "../queue-options.ts";
import { onlyRuns, overheard } from "../tapped-backends.ts";
import type { Terminal } from "../terminal.ts";

interface DevOptions extends CommonOptions, QueueOptions {
  readonly port: number;
  readonly fifo: boolean;
}

/** Both functions at work on this machine until Ctrl-C or SIGTERM, on queues of its own or on given ones. */
export async function dev(options: DevOptions, terminal: Terminal): Promise<number> {
  const { requests, results } = givenUrls(options, terminal);
  const board = createBoard();
  const screen = createScreen(terminal, { json: options.json, rows: board.rows });
  const stage = { options, terminal, board, screen };
  const pulls = createPulls();
  pulls.listen(screen.pulling);
  const work = async (engines: Engines) => {
    if (requests === undefined) return serveOwnQueue(stage, engines);
    const place = await findGivenQueue({ env: terminal.env, requests, results });
    return serve(stage, engines, place);
  };
  return withEngines(options, terminal, work, { onPullProgress: pulls.see });
}

interface Stage {
  readonly options: DevOptions;
  readonly terminal: Terminal;
  readonly board: Board;
  readonly screen: Screen;
}

async function serveOwnQueue(stage: Stage, engines: Engines): Promise<number> {
  const { options, terminal } = stage;
  const directory = stateDirectory(terminal.env);
  const queue = await startOwnQueue(options, directory);
  const taken = openTakenRuns(join(directory, "dev-runs.jsonl"));
  const backends = taken.remembering(onlyRuns(engines.backends, taken.has));
  await announceDevQueue(directory, { pid: process.pid, urls: queue.urls, env: queue.env });
  try {
    return await serve(stage, { ...engines, backends }, queue);
  } finally {
    await withdrawDevQueue(directory);
  }
}

async function serve(
  { options, terminal, board, screen }: Stage,
  engines: Engines,
  place: QueuePlace,
): Promise<number> {
  const leaving = new AbortController();
  const log = createCliLog(terminal, options.debug ? "debug" : "warn", screen.log);
  const deps = await createLocalDependencies(
    { ...engines, backends: shown(engines, board, screen, leaving.signal) },
    place,
    { log },
  );
  const results = told(deps.results, (result) => {
    show(board, screen, result);
    screen.published(result);
  });
  const handlers = createHandlers({ ...deps, results });
  const local = await startLocalSlipway({ place, handlers, log });
  greet(screen, engines, place);
  await untilInterrupted();
  screen.say("Stopping. Runs go on.");
  await local.stop();
  leaving.abort();
  screen.close();
  return EXIT.ok;
}

/** The same engines; what is seen of their runs goes to the screen. */
function shown(
  { backends }: Pick<Engines, "backends">,
  board: Board,
  screen: Screen,
  signal: AbortSignal,
): Engines["backends"] {
  const stream = createOutputStreams(screen.output, signal);
  return overheard(backends, (observation, backend) => {
    show(board, screen, observation);
    stream(observation, backend);
  });
}

function show(board: Board, screen: Screen, news: Parameters<Board["see"]>[0]): void {
  const row = board.see(news);
  if (row) screen.changed(row);
}

function greet(screen: Screen, { targets }: Engines, { urls }: QueuePlace): void {
  screen.say(`requests  ${urls.requests}`);
  screen.say(`results   ${urls.results ?? "stdout"}`);
  screen.say(`engines   ${targets.map(({ type, name }) => `${type} ${name}`).join(", ")}`);
  screen.say("Ready. Send to it from another terminal: slipway submit FILE. Ctrl-C stops it.");
}
