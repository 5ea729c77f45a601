import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dockerHostOf } from "../../../../lib/backends/docker/connect/docker-host.ts";
import { formatHost } from "../../../../lib/backends/docker/connect/host-address.ts";
import { Config } from "../../../../lib/config/config.ts";

const tls = { ca: "CA", cert: "CERT", key: "KEY" };
const config = Config.parse({
  docker_hosts: {
    builders: { host: "tcp://10.0.1.7:2376", tls },
    bare: { host: "tcp://10.0.1.7:2375" },
    here: { host: "tcp://127.0.0.1:2375" },
    tricky: { host: "ssh://-oProxyCommand=x" },
    box: { host: "ssh://me@box", ssh_key: "KEY", ssh_host_key: "ssh-ed25519 AAAA" },
  },
});

describe("a Docker host of the configuration", () => {
  test.each([
    ["builders", "tcp://10.0.1.7:2376"],
    ["here", "tcp://127.0.0.1:2375"],
    ["box", "ssh://me@box"],
  ])("%s is at %s", (name, address) => {
    expect(formatHost(dockerHostOf(name, { config, env: {} }).address)).toBe(address);
  });

  test.each([
    ["bare", /has no TLS/, true],
    ["tricky", /malformed/, true],
    ["nowhere", /no Docker host nowhere/, false], // nobody configured it, so it cannot come right by itself
  ])("%s is refused", (name, message, retryable) => {
    expect(() => dockerHostOf(name, { config, env: {} })).toThrow(
      expect.objectContaining({
        code: "ConfigError",
        message: expect.stringMatching(message),
        retryable,
      }),
    );
  });
});

describe("this machine's engine", () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "slipway-home-"));
    await context("remote", { Host: "tcp://10.0.0.9:2376" }, tls);
    await context("blind", { Host: "tcp://10.0.0.9:2376", SkipTLSVerify: true }, tls);
    await context("desk", { Host: "unix:///home/me/.docker/run/docker.sock" });
  });
  afterAll(() => rm(home, { recursive: true }));

  async function context(name: string, docker: object, files?: Record<string, string>) {
    const hash = createHash("sha256").update(name).digest("hex");
    const meta = join(home, ".docker/contexts/meta", hash);
    await mkdir(meta, { recursive: true });
    await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker } }));
    if (!files) return;
    const folder = join(home, ".docker/contexts/tls", hash, "docker");
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files))
      await writeFile(join(folder, `${file}.pem`), text);
  }

  const find = (env: Record<string, string>) =>
    dockerHostOf("default", { config, env: { HOME: home, ...env } });
  const certificates = () =>
    join(
      home,
      ".docker/contexts/tls",
      createHash("sha256").update("remote").digest("hex"),
      "docker",
    );

  test("is what DOCKER_HOST says, with TLS as its variables say", () => {
    const plain = find({ DOCKER_HOST: "unix:///run/mine.sock" });
    const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificates() };
    const secure = find({ DOCKER_HOST: "tcp://10.0.0.8:2376", ...env });

    expect(formatHost(plain.address)).toBe("unix:///run/mine.sock");
    expect(secure.tls?.cert.reveal()).toBe("CERT");
    expect(JSON.stringify(secure)).not.toContain("CERT");
  });

  test("is not asked without TLS on another machine", () => {
    expect(() => find({ DOCKER_HOST: "tcp://10.0.0.8:2375" })).toThrow(/no TLS/);
  });

  test("is the one of the context", async () => {
    const named = find({ DOCKER_CONTEXT: "remote" });
    await writeFile(join(home, ".docker/config.json"), JSON.stringify({ currentContext: "desk" }));
    const current = find({});

    expect(formatHost(named.address)).toBe("tcp://10.0.0.9:2376");
    expect(named.tls?.key.reveal()).toBe("KEY");
    expect(formatHost(current.address)).toBe("unix:///home/me/.docker/run/docker.sock");
    expect(formatHost(find({ DOCKER_HOST: "unix:///x" }).address)).toBe("unix:///x");
  });

  test.each([
    ["one that nobody made", { DOCKER_CONTEXT: "none" }, /no Docker context "none"/],
    ["one that does not verify", { DOCKER_CONTEXT: "blind" }, /does not verify/],
    ["a path that is not absolute", { DOCKER_HOST: "unix://var/run/docker.sock" }, /absolute/],
    ["another machine without TLS", { DOCKER_HOST: "tcp://10.0.0.8:2375" }, /no TLS/],
    ["something else than an address", { DOCKER_HOST: "docker" }, /no address/],
    [
      "missing certificates",
      { DOCKER_HOST: "tcp://x:1", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/none" },
      /cannot read/,
    ],
  ])("is refused for %s", (_title, env, message) => {
    expect(() => find(env as Record<string, string>)).toThrow(
      expect.objectContaining({
        code: "ConfigError",
        message: expect.stringMatching(message),
        retryable: true, // a mistake of the operator's, which no request is to blame for
      }),
    );
  });

  test.each([
    ["nothing", "", "unix:///var/run/docker.sock"],
    ["only white space", " \n", "unix:///var/run/docker.sock"],
    ["null", "null", "unix:///var/run/docker.sock"],
    ["no context", "{}", "unix:///var/run/docker.sock"],
    ["null as its context", '{"currentContext":null}', "unix:///var/run/docker.sock"],
    ["an empty context", '{"currentContext":""}', "unix:///var/run/docker.sock"],
    ["the default context", '{"currentContext":"default"}', "unix:///var/run/docker.sock"],
    ["a byte-order mark", "\uFEFF{}", "unix:///var/run/docker.sock"],
    [
      "a byte-order mark and a context",
      '\uFEFF{"currentContext":"desk"}',
      "unix:///home/me/.docker/run/docker.sock",
    ],
  ])("is found where config.json holds %s", async (_title, text, address) => {
    const folder = await configFolder(text);

    expect(formatHost(find({ DOCKER_CONFIG: folder }).address)).toBe(address);
  });

  test.each([
    ["no JSON", "{nope", /config.json is not what the docker program writes/],
    ["a number as its context", '{"currentContext":5}', /is not what the docker program writes/],
    ["a context that nobody made", '{"currentContext":"gone"}', /no Docker context "gone"/],
  ])("is refused for now where config.json holds %s", async (_title, text, message) => {
    const folder = await configFolder(text);

    expect(() => find({ DOCKER_CONFIG: folder })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), retryable: true }),
    );
  });

  /** A folder of the docker program's with the contexts of above and a configuration of its own. */
  async function configFolder(text: string): Promise<string> {
    const folder = await mkdtemp(join(home, "config-"));
    await symlink(join(home, ".docker/contexts"), join(folder, "contexts"));
    await writeFile(join(folder, "config.json"), text);
    return folder;
  }
});
