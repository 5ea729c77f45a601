import http from "node:http";
import { buffer } from "node:stream/consumers";

/** The image that the tests' engine holds: a shell in 2 MB. */
export const IMAGE = "localhost/busybox:1";

/** Its child is killed for its memory, whereof the engine hears while it still runs: of what is over it hears late, or never. */
export const GREEDY = "tail /dev/zero; code=$?; sleep 2; exit $code";

export interface RawAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the engine's answers as they come
  readonly body: any;
}

/** The engine's API as it is, without anything of ours in between. */
export async function rawCall(
  socket: string,
  method: string,
  path: string,
  body?: unknown,
  signal: AbortSignal = AbortSignal.timeout(60_000),
): Promise<RawAnswer> {
  const response = await rawRequest(socket, method, path, body, signal);
  const text = (await buffer(response)).toString("utf8");
  return { status: response.statusCode ?? 0, body: parse(text) };
}

/** The same, as the text that it is: JSON lines, say. */
export async function rawText(socket: string, method: string, path: string): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  const response = await rawRequest(socket, method, path, undefined, signal);
  return (await buffer(response)).toString("utf8");
}

export function rawRequest(
  socket: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const json = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type = body instanceof Uint8Array ? "application/x-tar" : "application/json";
  const headers = { Host: "docker", ...(body !== undefined && { "Content-Type": type }) };
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: socket, method, path, headers, signal }, resolve);
    request.on("error", reject);
    request.end(json);
  });
}

/** Copies an image of the engine that `DOCKER_HOST` names. */
export async function copyImage(image: string, socket: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const from = new URL(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").pathname;
  const archive = await rawRequest(from, "GET", `/images/${image}/get`, undefined, signal);
  const loaded = await rawCall(socket, "POST", "/images/load", await buffer(archive), signal);
  if (loaded.status !== 200) throw new Error(`could not copy ${image}: ${loaded.status}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
