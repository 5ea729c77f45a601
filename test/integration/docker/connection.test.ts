import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDockerBackend } from "../../../lib/backends/docker/backend.ts";
import { describeWithEngine } from "../../support/engines.ts";
import { createCertificates } from "./support/certificates.ts";
import { dependencies, type WayToEngine } from "./support/docker-subject.ts";
import { type PrivateEngine, startPrivateEngine } from "./support/private-engine.ts";
import { type SshServer, startSshServer } from "./support/ssh-server.ts";
import { createStage } from "./support/stage.ts";
import { overSsh, overTls } from "./support/ways.ts";

await describeWithEngine("docker", "a way to the engine", () => {
  let engine: PrivateEngine;
  let server: SshServer;
  let deaf: Server;
  beforeAll(async () => {
    engine = await startPrivateEngine();
    server = await startSshServer();
    deaf = createServer(() => {}).listen(0, "127.0.0.1");
  });
  afterAll(async () => {
    deaf.close();
    await Promise.all([engine?.dispose(), server?.dispose()]);
  });

  async function list(way: WayToEngine, ms = 20_000) {
    const backend = createDockerBackend(dependencies(way, {}));
    const target = { type: "docker-container", name: way.target } as const;
    try {
      const signal = AbortSignal.timeout(ms);
      for await (const _ of backend.open(target, { signal }));
    } finally {
      await backend.close();
    }
  }

  const named = (entry: object): WayToEngine => ({
    target: "remote",
    config: { docker_hosts: { remote: entry } },
  });

  const refused = (reason: RegExp) =>
    expect.objectContaining({ retryable: true, message: expect.stringMatching(reason) });

  test("is mutual TLS: without the right certificate there is none", async () => {
    const way = await overTls(engine);
    const strangers = await createCertificates(`${engine.folder}/strangers`);
    const theirs = await overTls({ ...engine, tls: { ...engine.tls, certificates: strangers } });

    await expect(list(way)).resolves.toBeUndefined();
    await expect(list(theirs)).rejects.toEqual(refused(/^Could not connect to Docker at tcp:/));
  });

  test("is refused for now where the certificate has expired", async () => {
    const folder = await createCertificates(`${engine.folder}/expired`, -1);
    const expired = await overTls({ ...engine, tls: { ...engine.tls, certificates: folder } });

    await expect(list(expired)).rejects.toEqual(refused(/Could not connect to Docker/));
  });

  test("over ssh is not taken where the host cannot prove who it is", async () => {
    const { docker_hosts } = overSsh(engine, server).config as {
      docker_hosts: { remote: Record<string, string> };
    };
    const { ssh_host_key: _, ...unknown } = docker_hosts.remote;
    const other = await startSshServer();
    const wrong = { ...unknown, ssh_host_key: other.hostKey };

    await expect(list(named(unknown))).rejects.toEqual(refused(/host/i));
    await expect(list(named(wrong))).rejects.toEqual(refused(/host/i));
    await other.dispose();
  });

  test("over ssh is not taken without the right key, and nothing crashes", async () => {
    const other = await startSshServer();
    const { docker_hosts } = overSsh(engine, server).config as {
      docker_hosts: { remote: Record<string, string> };
    };

    const attempt = list(named({ ...docker_hosts.remote, ssh_key: other.key }));

    await expect(attempt).rejects.toEqual(refused(/authentication/i));
    await other.dispose();
  });

  test("over ssh is one for many calls at once, however few sessions the server grants", async () => {
    const strict = await startSshServer("MaxSessions 1");
    const stage = createStage(engine.socket, overSsh(engine, strict));
    const runs = Array.from({ length: 12 }, (_, index) => stage.run(`exit ${index}`));

    const submitted = await Promise.all(runs.map((what) => stage.submit(what)));
    const ends = await Promise.all(runs.map((what) => stage.untilEnded(what)));

    expect(submitted.map(({ outcome }) => outcome)).toEqual(runs.map(() => "created"));
    expect(ends.map(({ statusCode }) => statusCode)).toEqual(runs.map((_, index) => index));
    await stage.close();
    await strict.dispose();
  });

  test("over ssh is found again after the connection broke, also while something was being followed", async () => {
    const stage = createStage(engine.socket, overSsh(engine, server));
    const what = stage.run("sleep 2; exit 3");
    await stage.submit(what);
    const following = (async () => {
      for await (const _ of stage.backend.open(stage.target, {
        signal: stage.signal(),
        follow: true,
      }));
    })();
    const dropping = setInterval(() => server.dropConnections(), 500); // one of them meets the open stream

    await expect(following).rejects.toEqual(refused(/Could not connect to Docker at ssh:/));
    clearInterval(dropping);
    expect(await stage.untilEnded(what)).toMatchObject({ statusCode: 3 });
    await stage.close();
  });

  test("that leads to nobody who answers takes only its own time", async () => {
    const { port } = deaf.address() as { port: number };
    const tls = await overTls(engine);

    const all = await Promise.allSettled([
      list(named({ host: `tcp://127.0.0.1:${port}` }), 3_000),
      list(named({ host: "unix:///nowhere/docker.sock" })),
      list(tls),
    ]);

    expect(all).toMatchObject([
      { status: "rejected", reason: { retryable: true } },
      {
        status: "rejected",
        reason: { message: expect.stringContaining("there is no such socket") },
      },
      { status: "fulfilled" },
    ]);
  });
});
