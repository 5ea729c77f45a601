import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../support/free-port.ts";

/** Debian's sshd on a free port of 127.0.0.1, for this test's own key. */
export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** The client's private key, PEM. */
  readonly key: string;
  /** The server's public key, as known_hosts has it. */
  readonly hostKey: string;
  /** The processes of its connections end, as when a network breaks. */
  dropConnections(): void;
  dispose(): Promise<void>;
}

export async function startSshServer(...settings: string[]): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-ssh-"));
  const at = (name: string) => join(folder, name);
  for (const name of ["host", "client"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  await mkdir("/run/sshd", { recursive: true }); // where sshd separates its privileges
  const port = await freePort();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host")}`,
    `AuthorizedKeysFile ${at("client.pub")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PidFile none",
    ...settings,
  ];
  await writeFile(at("config"), `${config.join("\n")}\n`);
  const server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", at("config")], { stdio: "ignore" });
  await untilListens(port, server);
  return {
    port,
    user: userInfo().username,
    key: await readFile(at("client"), "utf8"),
    hostKey: await readFile(at("host.pub"), "utf8"),
    dropConnections: () => {
      for (const pid of childrenOf(server)) process.kill(pid, "SIGKILL");
    },
    async dispose() {
      const over = once(server, "exit");
      for (const pid of childrenOf(server)) process.kill(pid, "SIGKILL");
      server.kill("SIGKILL");
      await over;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    const found = execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" });
    return found.split("\n").filter(Boolean).map(Number);
  } catch {
    return []; // pgrep fails where it finds none
  }
}

async function untilListens(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && server.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const answered = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    await pause(50);
  }
  throw new Error("sshd does not come up");
}
