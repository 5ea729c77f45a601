import { describe, expect, test } from "vitest";
import {
  formatHost,
  isLocal,
  parseHostAddress,
} from "../../../../lib/backends/docker/connect/host-address.ts";
import { isHostKey, isKnownHost } from "../../../../lib/backends/docker/connect/known-hosts.ts";

describe("an engine's address", () => {
  test.each([
    ["unix:///var/run/docker.sock", { kind: "unix", path: "/var/run/docker.sock" }, true],
    ["tcp://10.0.1.7:2376", { kind: "tcp", host: "10.0.1.7", port: 2376 }, false],
    ["tcp://localhost:2375", { kind: "tcp", host: "localhost", port: 2375 }, true],
    ["tcp://127.1.2.3:2375", { kind: "tcp", host: "127.1.2.3", port: 2375 }, true],
    ["tcp://[::1]:2375", { kind: "tcp", host: "::1", port: 2375 }, true],
    ["tcp://2130706433:2375", { kind: "tcp", host: "2130706433", port: 2375 }, false],
    ["ssh://me@box", { kind: "ssh", user: "me", host: "box", port: 22 }, false],
    ["ssh://box:2222", { kind: "ssh", user: undefined, host: "box", port: 2222 }, false],
    ["ssh://me@box/run/user/1000/docker.sock", { path: "/run/user/1000/docker.sock" }, false],
  ])("%s is read, written the same way, and known to be here or not", (text, address, local) => {
    const read = parseHostAddress(text);

    expect(read).toMatchObject(address);
    expect(formatHost(read)).toBe(text);
    expect(isLocal(read)).toBe(local);
  });

  test.each([
    "",
    "docker.sock",
    "/var/run/docker.sock",
    "unix://docker.sock",
    "unix:///var/run/../run/docker.sock",
    "unix:///var/run/",
    "http://10.0.0.1:2375",
    "npipe:////./pipe/docker_engine",
    "fd://",
    "tcp://10.0.0.1",
    "tcp://:2375",
    "tcp://10.0.0.1:2375/path",
    "tcp://10.0.0.1:99999",
    "tcp://user@10.0.0.1:2376",
    "tcp://10.0.0.1:2376?x=1",
    "tcp://-oProxyCommand=x:2376",
    "ssh://-oProxyCommand=touch%20/tmp/x",
    "ssh://-oProxyCommand=id@box",
    "ssh://me:secret@box",
    "ssh://box/run/../docker.sock",
    "ssh://bo x",
    "tcp://169.254.169.254\n:2376",
  ])("%j is refused", (text) => {
    expect(() => parseHostAddress(text)).toThrow(
      expect.objectContaining({ code: "ConfigError", retryable: true }),
    );
  });

  test.each([
    ["unix:///var/run//docker.sock", "unix:///var/run/docker.sock"],
    ["unix://", "unix:///var/run/docker.sock"],
    [" unix:///run/mine.sock\n", "unix:///run/mine.sock"],
    ["tcp://localhost:2375/", "tcp://localhost:2375"],
    ["ssh://me@box//run//docker.sock", "ssh://me@box/run/docker.sock"],
  ])("%j is taken as the docker program takes it: %s", (text, address) => {
    expect(formatHost(parseHostAddress(text))).toBe(address);
  });

  test("shows no password in its refusal", () => {
    expect(() => parseHostAddress("ssh://me:hunter22@box")).toThrow(/^(?!.*hunter22)/);
  });
});

describe("a host's key", () => {
  const key = Buffer.from("the key of a host");
  const encoded = key.toString("base64");
  const hashed = "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa"; // sshd(8)'s own example

  test.each([
    [`box ssh-ed25519 ${encoded} me@here`, "box", 22, true],
    [`a,box,c ssh-ed25519 ${encoded}`, "box", 22, true],
    [`[box]:2222 ssh-ed25519 ${encoded}`, "box", 2222, true],
    [`box ssh-ed25519 ${encoded}`, "box", 2222, false],
    [`other ssh-ed25519 ${encoded}`, "box", 22, false],
    [`box ssh-ed25519 ${Buffer.from("another key").toString("base64")}`, "box", 22, false],
    [`@revoked * ssh-ed25519 ${encoded}\nbox ssh-ed25519 ${encoded}`, "box", 22, false],
    [`${hashed} ${encoded}`, "192.168.1.61", 22, true],
    [`${hashed} ${encoded}`, "192.168.1.62", 22, false],
    ["", "box", 22, false],
  ])("%j knows %s on port %i: %s", (file, host, port, known) => {
    expect(isKnownHost(file, host, port, key)).toBe(known);
  });

  test("may be given with or without its type and comment", () => {
    expect(isHostKey(`ssh-ed25519 ${encoded} root@box\n`, key)).toBe(true);
    expect(isHostKey(encoded, key)).toBe(true);
    expect(isHostKey(`ssh-ed25519 ${encoded}`, Buffer.from("another key"))).toBe(false);
  });
});
