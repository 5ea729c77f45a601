import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { answer, type Exchanged, exchange, read, relay, type Upstream } from "./exchange.ts";
import type { FaultKind } from "./faults.ts";

/** One call that went through the proxy, in the order in which calls came. */
export interface Call {
  readonly index: number;
  readonly method: string;
  readonly path: string;
  /** What a service with one path for everything calls its operations by: SQS' `x-amz-target`. */
  readonly operation: string | undefined;
}

/**
 * Deals with one call in a test's own way: `pass` makes it (with another body where one is given), "drop" breaks the
 * connection off.
 */
export type Interception = (
  body: Buffer,
  pass: (body?: Buffer) => Promise<Exchanged>,
) => Promise<Exchanged | "drop">;

export interface FaultProxyOptions {
  readonly upstream: Upstream;
  /** Serve TLS with this certificate; plain HTTP where undefined. */
  readonly serve?: { readonly cert: string; readonly key: string };
  /** Asked once for every call: what is to go wrong with it. */
  readonly fault?: (call: Call) => FaultKind | undefined;
  /** Asked before: who else is to deal with it. */
  readonly intercept?: (call: Call) => Interception | undefined;
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
    const interception = options.intercept?.(call);
    const handling = interception
      ? intercept(incoming, outgoing, options.upstream, interception)
      : handle(incoming, outgoing, options.upstream, options.fault?.(call));
    handling.catch(() => outgoing.destroy());
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

async function intercept(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: Upstream,
  interception: Interception,
): Promise<void> {
  const body = await read(incoming);
  const answered = await interception(body, (other = body) => exchange(incoming, other, upstream));
  if (answered === "drop") return void incoming.socket.destroy();
  send(outgoing, answered);
}

function send(outgoing: ServerResponse, { status, headers, body }: Exchanged): void {
  outgoing.writeHead(status, headers);
  outgoing.end(body);
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
      return send(outgoing, await exchange(incoming, body, upstream));
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
