import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether a `known_hosts` file knows a host by a key (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): plain and hashed names,
 * `[host]:port`, and `@revoked`. Patterns and certificate authorities are not read: what they would allow is refused.
 */
export function isKnownHost(file: string, host: string, port: number, key: Buffer): boolean {
  const name = port === 22 ? host : `[${host}]:${port}`;
  const lines = file.split("\n").map((line) => line.trim().split(/\s+/));
  const isKey = (encoded: string | undefined) => encoded !== undefined && isSameKey(encoded, key);
  if (lines.some(([first, , , encoded]) => first === "@revoked" && isKey(encoded))) return false;
  return lines.some(([names = "", , encoded]) => namesHost(names, name) && isKey(encoded));
}

/** `ssh-ed25519 AAAA… comment`, or the base 64 alone. */
export function isHostKey(text: string, key: Buffer): boolean {
  return text
    .trim()
    .split(/\s+/)
    .some((part) => isSameKey(part, key));
}

function isSameKey(encoded: string, key: Buffer): boolean {
  const known = Buffer.from(encoded, "base64");
  return known.length === key.length && timingSafeEqual(known, key);
}

function namesHost(names: string, name: string): boolean {
  const [, algorithm, salt, hash] = names.split("|");
  if (algorithm === "1" && salt && hash) {
    const mac = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64");
    return mac === hash;
  }
  return names.split(",").includes(name);
}
