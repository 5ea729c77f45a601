import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer, request as requestHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { FaultKind } from "./faults.ts";

/** One call that went through the proxy, in the order in which calls came. */
export interface Call {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  /** What a service with one path for everything calls its operations by: SQS' `x-amz-target`. */
  readonly operation: string | undefined;
}

export interface Upstream {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

export interface FaultProxyOptions {
  readonly upstream: Upstream;
  /** Serve TLS with this certificate; plain HTTP where undefined. */
  readonly serve?: { readonly cert: string; readonly key: string };
  /** Asked once for every call: what is to go wrong with it. */
  readonly fault?: (call: Call) => FaultKind | undefined;
}

export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  readonly calls: readonly Call[];
}

/**
 * Stands between a client and a real server and spoils chosen calls. What it passes on it streams, so that watches and
 * followed logs work through it.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const calls: Call[] = [];
  const sockets = new Set<Socket>();
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const call = toCall(incoming, calls.length);
    calls.push(call);
    const fault = options.fault?.(call);
    handle(incoming, outgoing, options.upstream, fault).catch(() => outgoing.destroy());
  };
  const server: Server = options.serve
    ? createHttpsServer(options.serve, onRequest)
    : createHttpServer(onRequest);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function toCall({ method = "GET", url = "/", headers }: IncomingMessage, index: number): Call {
  const target = headers["x-amz-target"];
  return { index, method, path: url, operation: typeof target === "string" ? target : undefined };
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: Upstream,
  fault: FaultKind | undefined,
): Promise<void> {
  if (fault === "refused") return void incoming.socket.destroy();
  if (fault === undefined) return relay(incoming, outgoing, upstream);
  const body = await read(incoming);
  switch (fault) {
    case "dropped before":
      return void incoming.socket.destroy();
    case "hang":
      return; // the client's own deadline ends it
    case "429":
      return answer(outgoing, 429, { "retry-after": "1" });
    case "500":
    case "503":
    case "403":
      return answer(outgoing, Number(fault));
    case "dropped after": {
      await exchange(incoming, body, upstream);
      return void incoming.socket.destroy();
    }
    case "duplicated": {
      await exchange(incoming, body, upstream);
      const second = await exchange(incoming, body, upstream);
      outgoing.writeHead(second.status, second.headers);
      return void outgoing.end(second.body);
    }
    case "truncated": {
      const response = await exchange(incoming, body, upstream);
      outgoing.writeHead(response.status, {
        ...response.headers,
        "content-length": String(response.body.length + 1),
      });
      outgoing.write(response.body.subarray(0, Math.floor(response.body.length / 2)));
      setImmediate(() => outgoing.destroy());
    }
  }
}

/** A refusal in the shape that Kubernetes, Docker and SQS clients all can read. */
function answer(outgoing: ServerResponse, status: number, headers: Record<string, string> = {}) {
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

async function relay(incoming: IncomingMessage, outgoing: ServerResponse, upstream: Upstream) {
  const request = open(incoming, upstream);
  request.on("error", () => outgoing.destroy());
  outgoing.once("close", () => request.destroy());
  request.on("response", (response) => {
    outgoing.writeHead(response.statusCode ?? 502, hopless(response.headers));
    outgoing.flushHeaders();
    response.on("error", () => outgoing.destroy()).pipe(outgoing);
    response.once("aborted", () => outgoing.destroy());
  });
  incoming.pipe(request);
}

interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How much of an endless answer (a watch, a followed log) counts as the whole of it, in milliseconds. */
const ENDLESS_MS = 500;

async function exchange(
  incoming: IncomingMessage,
  body: Buffer,
  upstream: Upstream,
): Promise<Exchanged> {
  const request = open(incoming, upstream);
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

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    // cut off: what came is what there is
  }
  return Buffer.concat(chunks);
}
