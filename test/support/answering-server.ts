import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** Which connection it came over, counted from 0. */
  readonly connection: number;
}

export interface AnsweringServer extends AsyncDisposable {
  readonly url: URL;
  readonly asked: readonly Asked[];
}

type Answer = (request: Asked, response: ServerResponse, index: number) => void;

/** Stands in for an API server where a real one cannot be made to answer so at will. */
export async function startAnsweringServer(answer: Answer): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const sockets: unknown[] = [];
  const server = createServer(({ method = "", url = "", headers, socket }, response) => {
    const request = { method, url, headers, connection: sockets.indexOf(socket) };
    asked.push(request);
    answer(request, response, asked.length - 1);
  });
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
