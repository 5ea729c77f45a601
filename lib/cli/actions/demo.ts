import { mkdtemp, readFile, rm } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RequestMessage } from "../../client/request-message.ts";
import type { Config } from "../../config/config.ts";
import { DEFAULT_CONFIG } from "../../config/default-config.ts";
import type { Engines } from "../../local/dependencies.ts";
import type { ResultData } from "../../runs/result.ts";
import type { Target } from "../../runs/run.ts";
import { type Carrier, startCarrier } from "../carrier.ts";
import { openEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { followAll } from "../following/follow-all.ts";
import { parseDocuments } from "../input/documents.ts";
import { createCliLog } from "../output/cli-log.ts";
import { createDemoView } from "../output/demo-view.ts";
import { runsTable, toRow } from "../output/runs-table.ts";
import { paint, print, type Style, type Terminal } from "../terminal.ts";

const HERE: Target = { type: "process", name: "default" };

/** The bundled requests from message to result, with a queue and processes of this machine that leave nothing behind. */
export async function demo(terminal: Terminal): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-demo-"));
  const config: Config = { ...DEFAULT_CONFIG, process: { directory: join(directory, "runs") } };
  const engines = { ...(await openEngines(config, terminal.env)), targets: [HERE] };
  const carrier = await startCarrier(engines, createCliLog(terminal, "error"));
  try {
    return await showRuns(terminal, engines, carrier);
  } finally {
    await carrier.stop();
    await engines.backends.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function showRuns(terminal: Terminal, engines: Engines, carrier: Carrier): Promise<number> {
  const colour = (style: Style, text: string) => paint(terminal.stdout, style, text);
  print(terminal, colour("bold", "Three messages on a queue, three results back\n"));
  const messages = await readMessages();
  const ends = await sendAndFollow(terminal, engines, carrier, messages);
  print(terminal, `\n${runsTable(ends.map(toRow), colour)}\n`);
  print(terminal, colour("dim", NEXT));
  return ends.length === messages.length ? EXIT.ok : EXIT.crashed;
}

const NEXT = "Next: npx slipway run examples/hello.yaml, or npx slipway --help.";

async function sendAndFollow(
  terminal: Terminal,
  engines: Engines,
  carrier: Carrier,
  messages: readonly RequestMessage[],
): Promise<ResultData[]> {
  const backend = await engines.backends.load(HERE.type);
  const runs = messages.map(({ id }) => ({
    place: { backend, target: HERE, id },
    view: createDemoView(terminal, id),
    streamsOutput: true,
  }));
  for (const [index, message] of messages.entries()) {
    await carrier.send(message);
    runs[index]?.view.sent();
  }
  const { signal } = new AbortController();
  const ends = await followAll(runs, { carrier, signal, onResult: () => undefined });
  return ends.filter((end) => end !== undefined);
}

/** Unchecked, as a sender who made a mistake would send them. */
async function readMessages(): Promise<RequestMessage[]> {
  const manifest = findPackageJSON(".", import.meta.url);
  const file = join(dirname(manifest ?? "."), "examples", "demo.yaml");
  return parseDocuments(await readFile(file, "utf8"), file) as RequestMessage[];
}
