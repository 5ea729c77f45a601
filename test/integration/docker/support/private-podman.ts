import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { openSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { end, killTree, processesOf, unmountBelow } from "./processes.ts";
import { IMAGE, rawCall } from "./raw-call.ts";

/** A Podman of a test's own. Needs root, and Debian's podman, tini and busybox-static. */
export interface PrivatePodman {
  readonly folder: string;
  readonly socket: string;
  /** `unix://…`, for `DOCKER_HOST`. */
  readonly host: string;
  /** What its own program says and does, by its arguments. */
  program(...given: string[]): string;
  /** SIGKILL to the API's service alone. */
  kill(): Promise<void>;
  /** What a machine's power failure leaves: nothing runs, what was in memory is gone. */
  crashMachine(): Promise<void>;
  start(): Promise<void>;
  /** Ends everything and removes every trace. */
  dispose(): Promise<void>;
}

/**
 * Its locks are files of its own: otherwise all engines of a machine share them. The limits are such that a machine
 * without the right to raise them can set, and the path of the init program is not Debian's.
 */
const SETTINGS = `
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
init_path = "/usr/bin/tini-static"
lock_type = "file"
`;

export async function startPrivatePodman(): Promise<PrivatePodman> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-podman-"));
  const at = (name: string) => join(folder, name);
  const socket = at("podman.sock");
  const host = `unix://${socket}`;
  const env = { ...process.env, CONTAINERS_CONF: at("containers.conf"), TMPDIR: at("tmp") };
  const own = [
    ...["--root", at("root"), "--runroot", at("run"), "--tmpdir", at("libpod")],
    ...["--network-config-dir", at("networks"), "--storage-driver", "overlay"],
    ...["--cgroup-manager", "cgroupfs", "--events-backend", "file"],
  ];
  const log = openSync(at("log"), "a");
  let service: ChildProcess | undefined;

  const program = (...given: string[]) =>
    execFileSync("podman", [...own, ...given], { env, encoding: "utf8", stdio: "pipe" });

  async function start() {
    const given = [...own, "system", "service", "--time=0", host];
    service = spawn("podman", given, { env, cwd: folder, stdio: ["ignore", log, log] });
    await untilAnswers(socket, at("log"), service);
  }

  const kill = () => end(service, "SIGKILL");

  async function crashMachine() {
    await kill();
    for (const pid of await processesOf(folder)) killTree(pid);
    unmountBelow(folder);
    const inMemory = ["run", "libpod"].map(at);
    const ids = await readdir(at("root/overlay-containers")).catch(() => []);
    inMemory.push(...ids.filter((id) => /^[0-9a-f]{64}$/.test(id)).map((id) => `/run/runc/${id}`));
    await Promise.all(inMemory.map((path) => rm(path, { recursive: true, force: true })));
  }

  async function dispose() {
    await crashMachine();
    await rm(folder, { recursive: true, force: true });
  }

  await writeFile(at("containers.conf"), SETTINGS);
  await mkdir(at("tmp"));
  try {
    await start();
    program("import", "-c", "ENV PATH=/bin", "-c", 'CMD ["sh"]', await rootOf(folder), IMAGE);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { folder, socket, host, program, kill, crashMachine, start, dispose };
}

/** A root file system of the machine's busybox alone, as an archive. */
async function rootOf(folder: string): Promise<string> {
  const [root, archive] = [join(folder, "image"), join(folder, "image.tar")];
  const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
  await Promise.all(
    ["bin", "tmp", "etc"].map((name) => mkdir(join(root, name), { recursive: true })),
  );
  await copyFile(busybox, join(root, "bin", "busybox"));
  for (const applet of applets.filter((name) => name !== "busybox"))
    await symlink("busybox", join(root, "bin", applet));
  await writeFile(join(root, "etc", "passwd"), "root:x:0:0:root:/:/bin/sh\n");
  execFileSync("tar", ["-C", root, "-cf", archive, "."]);
  return archive;
}

async function untilAnswers(socket: string, log: string, service: ChildProcess) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && service.exitCode === null) {
    const answer = await rawCall(socket, "GET", "/_ping").catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(100);
  }
  const words = (await readFile(log, "utf8")).slice(-2_000);
  throw new Error(`the private Podman does not come up: ${words}`);
}
