import * as http from "node:http";
import * as https from "node:https";
import type { Connection, Credentials } from "../connect/connection.ts";
import { ApiError } from "./api-error.ts";

/** More calls at once than this wait for a free connection; the API server's own share per client is in this order. */
const MAX_CONNECTIONS = 64;

/** Idle connections are kept this long: load balancers before API servers cut them after 60 s to 350 s, in milliseconds. */
const IDLE_MS = 50_000;

export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** A text, which travels in one piece with the head; bytes would make two. */
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  /** true: the answer goes on for long and must not hold up the calls. */
  readonly isEndless: boolean;
}

export interface Transport {
  /** Resolves when the head of the answer is there. Throws an ApiError with status 0 where there is none. */
  send(call: HttpCall, as: Credentials): Promise<http.IncomingMessage>;
  close(): void;
}

/** HTTP/1.1 over connections that are kept: client-node opens one TLS connection per call (docs/decisions). */
export function createTransport(connection: Connection): Transport {
  const { server, tls } = connection;
  const isTls = server.protocol === "https:";
  const { Agent, request } = isTls ? https : (http as unknown as typeof https);
  const createAgents = ({ cert, key }: Credentials) => {
    const identity = cert && key ? { cert, key } : {};
    const kept = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS };
    return {
      key,
      calls: new Agent({ ...kept, ...tls, ...identity }),
      streams: new Agent({ keepAlive: false, ...tls, ...identity }),
    };
  };
  let agents: ReturnType<typeof createAgents> | undefined;
  /** A renewed certificate takes new connections; calls on their way keep theirs. */
  const agentsFor = (as: Credentials) => {
    if (agents?.key !== as.key) agents = undefined;
    agents ??= createAgents(as);
    return agents;
  };
  const base = server.pathname.replace(/\/+$/, "");
  return {
    send: ({ method, path, headers, body, signal, isEndless }, as) =>
      new Promise((resolve, reject) => {
        const sending = request({
          agent: agentsFor(as)[isEndless ? "streams" : "calls"],
          protocol: server.protocol,
          host: server.hostname.replace(/^\[|\]$/g, ""),
          port: server.port || (isTls ? 443 : 80),
          path: base + path,
          method,
          headers: { host: server.host, ...headers },
          signal,
        });
        sending.once("response", resolve);
        sending.on("error", (error) => reject(networkError(error, sending.reusedSocket)));
        sending.end(body);
      }),
    close() {
      agents?.calls.destroy();
      agents?.streams.destroy();
    },
  };
}

export function networkError(error: unknown, reusedSocket = false): ApiError {
  if (error instanceof ApiError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const staleSocket = reusedSocket && (code === "ECONNRESET" || code === "EPIPE");
  return new ApiError(0, describe(code, message), { staleSocket, cause: error });
}

function describe(code: string | undefined, message: string): string {
  if (code === "ABORT_ERR") return "it did not answer in time";
  return code && !message.includes(code) ? `${message} (${code})` : message;
}
