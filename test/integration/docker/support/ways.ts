import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WayToEngine } from "./docker-subject.ts";
import type { PrivateEngine } from "./private-engine.ts";
import type { SshServer } from "./ssh-server.ts";

/** The engine as this machine's own. */
export const locally = (engine: Pick<PrivateEngine, "host">): WayToEngine => ({
  target: "default",
  env: { DOCKER_HOST: engine.host },
});

/** The engine as a configured host with certificates for both sides. */
export async function overTls({ tls }: PrivateEngine): Promise<WayToEngine> {
  const read = (file: string) => readFile(join(tls.certificates, file), "utf8");
  const [ca, cert, key] = await Promise.all(["ca.pem", "cert.pem", "key.pem"].map(read));
  const config = { docker_hosts: { remote: { host: tls.host, tls: { ca, cert, key } } } };
  return { target: "remote", config };
}

/** The engine as a configured host behind an ssh server. */
export function overSsh({ socket }: PrivateEngine, server: SshServer): WayToEngine {
  const host = `ssh://${server.user}@127.0.0.1:${server.port}${socket}`;
  const entry = { host, ssh_key: server.key, ssh_host_key: server.hostKey };
  return { target: "remote", config: { docker_hosts: { remote: entry } } };
}
