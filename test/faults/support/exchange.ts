import { once } from "node:events";
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from "node:http";
import { request as requestHttps } from "node:https";

/** What stands behind a fault proxy. */
export interface Upstream {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

/** An answer, whole. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A refusal in the shape that Kubernetes, Docker and SQS clients all can read. */
export function answer(
  outgoing: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
) {
  const message = `injected ${status}`;
  const body = JSON.stringify({
    kind: "Status",
    status: "Failure",
    code: status,
    message,
    __type: `Injected${status}`,
  });
  outgoing.writeHead(status, { "content-type": "application/json", ...headers });
  outgoing.end(body);
}

/** Answers are streamed, so that watches and followed logs work. */
export async function relay(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: Upstream,
) {
  const body = await read(incoming);
  if (!incoming.complete || outgoing.closed) return void outgoing.destroy();
  const request = open(incoming, upstream);
  request.on("error", () => outgoing.destroy());
  outgoing.once("close", () => request.destroy());
  request.on("response", (response) => {
    outgoing.writeHead(response.statusCode ?? 502, hopless(response.headers));
    outgoing.flushHeaders();
    response.on("error", () => outgoing.destroy()).pipe(outgoing);
    response.once("aborted", () => outgoing.destroy());
  });
  // In one piece: an engine that has answered and hung up before the last write takes its answer with it.
  request.end(body);
}

/** How much of an endless answer (a watch, a followed log) counts as the whole of it, in milliseconds. */
const ENDLESS_MS = 500;

export async function exchange(
  incoming: IncomingMessage,
  body: Buffer,
  upstream: Upstream,
): Promise<Exchanged> {
  const request = open(incoming, upstream);
  if (body.length > 0) request.setHeader("content-length", body.length);
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const endless = setTimeout(() => response.destroy(), ENDLESS_MS);
  try {
    const { "content-length": _length, ...headers } = hopless(response.headers);
    return { status: response.statusCode ?? 502, headers, body: await read(response) };
  } finally {
    clearTimeout(endless);
  }
}

function open(incoming: IncomingMessage, { socketPath, host, port, tls }: Upstream) {
  const { method, url: path } = incoming;
  const headers = { ...hopless(incoming.headers), ...(host ? { host: `${host}:${port}` } : {}) };
  const options = { method, path, headers, socketPath, host, port, ...tls, agent: false as const };
  return tls ? requestHttps(options) : requestHttp(options);
}

function hopless({
  connection: _connection,
  "transfer-encoding": _coding,
  ...headers
}: IncomingHttpHeaders) {
  return headers;
}

/** What came of a body before it was cut off. */
export async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    // cut off: what came is what there is
  }
  return Buffer.concat(chunks);
}
