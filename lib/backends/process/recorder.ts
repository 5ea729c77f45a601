import { closeSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createFile, isErrno } from "./atomic-file.ts";
import { type Command, startCommand } from "./command.ts";
import { FILES, workingDirectoryOf } from "./layout.ts";
import { identify } from "./process-identity.ts";
import { signalTree } from "./process-tree.ts";
import { inheritedEnvironment, READY_FD, UID_VARIABLE } from "./recorder-protocol.ts";
import type { CancelRecord, EndRecord, LaunchRecord, RequestRecord } from "./records.ts";
import { createSpool, type Spool } from "./spool.ts";
import { createStopper, type Stopper } from "./stopper.ts";
import { makeWorkingDirectory, removeWorkingDirectory } from "./working-directory.ts";

/**
 * Runs one run's command and writes down what became of it: `node recorder.ts DIRECTORY`. It outlives whoever started
 * it. Any number of recorders may be started for a run: the first to claim it goes on, the others leave. It is a process
 * per run, so it imports nothing heavy.
 */

/** How long somebody out of reach may keep the output open after the command and all that is known of it are gone. */
const LAST_OUTPUT_MS = 2_000;
const RETRY_MS = 1_000;

const [directory = ""] = process.argv.slice(2);
const at = (file: string) => join(directory, file);
const now = () => new Date().toISOString();

let stopper: Stopper | undefined;

/** Cancels are orders in a file; the signal only says that there is one. */
async function obeyCancel(): Promise<void> {
  const order = await read<CancelRecord>(FILES.cancel).catch(() => undefined);
  if (order) stopper?.ask("cancel", order.graceSeconds);
}

process.on("SIGTERM", obeyCancel);
for (const signal of ["SIGINT", "SIGHUP", "SIGPIPE"] as const) process.on(signal, () => {});

if (await createFile(at(FILES.claim), { kind: "recorder", process: identify() })) await record();
process.exit(0);

async function record(): Promise<void> {
  const request = await read<RequestRecord>(FILES.request);
  const workingDirectory = workingDirectoryOf(request.uid);
  const end = await run(request, workingDirectory).catch(refusal);
  await removeWorkingDirectory(workingDirectory).catch((error) => console.error(error));
  await writeEnd(end);
}

async function run(request: RequestRecord, workingDirectory: string): Promise<EndRecord> {
  const launch = await read<LaunchRecord>(FILES.launch);
  await makeWorkingDirectory(workingDirectory);
  const inherited = inheritedEnvironment(process.env);
  const marked = { ...launch, env: { ...launch.env, [UID_VARIABLE]: request.uid } };
  const command = startCommand(marked, { workingDirectory, directory, inherited });
  if (command.pid === undefined) throw await command.status.catch((error) => error);
  const tree = { leader: identify(command.pid), uid: request.uid };
  try {
    return await attend(command, request, createStopper(tree));
  } catch (error) {
    signalTree(tree, "SIGKILL"); // nobody could learn any more how it ends
    throw error;
  }
}

/** From the command's start to its end, and that of everything it started. */
async function attend(command: Command, request: RequestRecord, own: Stopper): Promise<EndRecord> {
  const spool = createSpool(at(FILES.output));
  const spooled = copy(command.output, spool);
  await createFile(at(FILES.start), { process: own.tree.leader, at: now() });
  await rm(at(FILES.launch), { force: true });
  reportReady();
  stopper = own;
  const limit = setDeadline(request, own);
  await obeyCancel(); // one that came before there was anything to stop
  const status = await command.status;
  const { stop } = own;
  const finishedAt = now();
  clearTimeout(limit);
  await own.cease();
  await Promise.race([spooled, pause(LAST_OUTPUT_MS)]);
  await spool.close();
  return { kind: "exited", status, stop, at: finishedAt, outputLost: spool.problem };
}

function setDeadline({ limit }: RequestRecord, own: Stopper): NodeJS.Timeout | undefined {
  if (!limit) return undefined;
  const stop = () => own.ask("deadline", limit.graceSeconds);
  return setTimeout(stop, limit.timeoutSeconds * 1_000);
}

async function copy(output: AsyncIterable<Uint8Array>, spool: Spool): Promise<void> {
  for await (const bytes of output) await spool.write(bytes);
}

/** Never says what stood in a damaged file: that may be a secret. */
async function read<T>(file: string): Promise<T> {
  const text = await readFile(at(file), "utf8");
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Error(`${file} is damaged`);
  }
}

function reportReady(): void {
  try {
    closeSync(READY_FD);
  } catch {
    // whoever started this did not want to wait
  }
}

function refusal(error: NodeJS.ErrnoException): EndRecord {
  const code = error.syscall?.startsWith("spawn") ? error.code : undefined;
  return { kind: "refused", code, message: error.message, at: now() };
}

/** Tries until it is written: a full disk has room again some day. A directory that is gone wants no end. */
async function writeEnd(end: EndRecord): Promise<void> {
  for (;;) {
    try {
      await createFile(at(FILES.end), end);
      return;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return;
      await pause(RETRY_MS);
    }
  }
}
