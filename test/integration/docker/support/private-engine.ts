import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { accepts } from "../../../support/accepts.ts";
import { freePort } from "../../../support/free-port.ts";
import { createCertificates } from "./certificates.ts";
import { end, killTree, processesOf, tryRun, unmountBelow } from "./processes.ts";
import { copyImage, IMAGE, rawCall } from "./raw-call.ts";

/** An engine of a test's own: nobody else's runs are on it, and it may be killed. Needs root and Debian's docker.io. */
export interface PrivateEngine {
  readonly folder: string;
  /** Where it keeps images, containers and volumes. */
  readonly data: string;
  readonly socket: string;
  /** `unix://…`, for `DOCKER_HOST`. */
  readonly host: string;
  /** The same engine over mutual TLS. */
  readonly tls: { readonly host: string; readonly certificates: string };
  /** SIGKILL to the daemon alone; containers live on under containerd. */
  kill(): Promise<void>;
  /** What a machine's power failure leaves: nothing runs, what was in memory is gone. */
  crashMachine(): Promise<void>;
  start(...flags: string[]): Promise<void>;
  /** The machine down and up again with other programs, on the same data and socket: an upgrade in place. */
  exchange(programs: EnginePrograms): Promise<void>;
  /** Ends everything and removes every trace. */
  dispose(): Promise<void>;
}

export interface EnginePrograms {
  /** Looked in first for dockerd and runc. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Debian's engine, whatever else is first on PATH. */
export const DEBIAN: EnginePrograms = { folder: "/usr/sbin" };

export interface PrivateEngineOptions {
  /** Those on PATH where unset. */
  readonly programs?: EnginePrograms;
  readonly flags?: readonly string[];
  /** A file system of its own, of this size. */
  readonly dataMegabytes?: number;
}

export async function startPrivateEngine({
  programs,
  flags = [],
  dataMegabytes,
}: PrivateEngineOptions = {}): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-engine-"));
  const at = (name: string) => join(folder, name);
  const [socket, containerdSocket] = [at("docker.sock"), at("containerd.sock")];
  const certificates = await createCertificates(at("certificates"));
  const number = randomInt(10_240);
  const bridge = `slip${process.pid.toString(36)}-${number.toString(36)}`;
  const port = await freePort();
  const log = openSync(at("log"), "a");
  let env = environmentOf(programs);
  let daemon: ChildProcess | undefined;
  let containerd: ChildProcess | undefined;

  // A bridge of its own: a daemon with `--bridge=none` deletes the machine's docker0.
  ip("link", "add", "name", bridge, "type", "bridge");
  ip("addr", "add", `10.${200 + (number >> 8)}.${number & 255}.1/24`, "dev", bridge);
  ip("link", "set", bridge, "up");

  const launch = (program: string, ...given: string[]) =>
    spawn(program, given, { stdio: ["ignore", log, log], env });

  async function start(...more: string[]) {
    if (!containerd) {
      await mkdir(at("containerd"), { recursive: true });
      containerd = launch(
        "containerd",
        ...["--root", at("containerd"), "--state", at("containerd-state")],
        ...["--address", containerdSocket, "--log-level", "warn"],
      );
      await untilListens(containerdSocket, containerd); // engine 29 gives up where it does not yet
    }
    daemon = launch(
      "dockerd",
      ...["--containerd", containerdSocket, "--data-root", at("data"), "--exec-root", at("exec")],
      ...["--pidfile", at("pid"), "--bridge", bridge, "--iptables=false", "--ip6tables=false"],
      ...["-H", `unix://${socket}`, "-H", `tcp://127.0.0.1:${port}`, "--tlsverify"],
      ...[
        "--tlscacert",
        join(certificates, "ca.pem"),
        "--tlscert",
        join(certificates, "server.pem"),
      ],
      ...["--tlskey", join(certificates, "server-key.pem"), ...more],
    );
    await untilAnswers(socket, at("log"), daemon);
  }

  async function kill() {
    await end(daemon, "SIGKILL");
  }

  async function crashMachine() {
    await kill();
    await end(containerd, "SIGKILL");
    containerd = undefined;
    for (const pid of await processesOf(folder)) killTree(pid);
    unmountBelow(folder);
    await Promise.all(
      ["containerd-state", "exec", "containerd.sock", "pid"].map((name) =>
        rm(at(name), { recursive: true, force: true }),
      ),
    );
  }

  async function exchange(others: EnginePrograms) {
    await crashMachine();
    env = environmentOf(others);
    await start(...flags);
  }

  async function dispose() {
    const others = await bridgesOf(socket);
    await crashMachine();
    for (const one of others) {
      removeCables(one);
      tryRun("ip", "link", "del", one);
    }
    removeCables(bridge);
    ip("link", "del", bridge);
    await rm(folder, { recursive: true, force: true });
  }

  if (dataMegabytes !== undefined) {
    await mkdir(at("data"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${dataMegabytes}m`, "tmpfs", at("data")]);
  }
  try {
    await start(...flags);
    await copyImage(IMAGE, socket);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    folder,
    data: at("data"),
    socket,
    host: `unix://${socket}`,
    tls: { host: `tcp://127.0.0.1:${port}`, certificates },
    kill,
    crashMachine,
    start,
    exchange,
    dispose,
  };
}

const environmentOf = (programs: EnginePrograms | undefined): NodeJS.ProcessEnv =>
  programs
    ? { ...process.env, PATH: `${programs.folder}:${process.env.PATH}`, ...programs.env }
    : process.env;

const ip = (...given: string[]) => execFileSync("ip", given);

/** The machine's interfaces that an engine made for networks; none where it does not answer. */
async function bridgesOf(socket: string): Promise<string[]> {
  const { body } = await rawCall(socket, "GET", "/networks?type=custom").catch(() => ({
    body: [],
  }));
  return body.map(({ Id }: { Id: string }) => `br-${Id.slice(0, 12)}`);
}

/** An engine that is killed leaves the cables of its containers in its bridges. */
function removeCables(bridge: string) {
  const cables = tryRun("ls", `/sys/class/net/${bridge}/brif`).split("\n").filter(Boolean);
  for (const cable of cables) tryRun("ip", "link", "del", cable);
}

async function untilListens(socket: string, server: ChildProcess) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && server.exitCode === null) {
    if (await accepts(`unix://${socket}`)) return;
    await pause(50);
  }
  throw new Error(`containerd does not listen; its exit code: ${server.exitCode}`);
}

async function untilAnswers(socket: string, log: string, daemon: ChildProcess) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && daemon.exitCode === null) {
    const answer = await rawCall(socket, "GET", "/_ping").catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(100);
  }
  throw new Error(
    `the private engine does not come up: ${(await readFile(log, "utf8")).slice(-2_000)}`,
  );
}
