import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { sendJson } from "./answering-server.ts";

export const portOf = (server: Server) => (server.address() as AddressInfo).port;

export async function listening<T extends Server>(server: T): Promise<T> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** What every HTTP proxy does: a tunnel for CONNECT, and what it is asked by whole addresses. */
export async function startProxy(refusal?: number) {
  const seen: { method: string; url: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const note = (method: string, url: string, authorization: string | undefined) =>
    seen.push({ method, url, authorization });
  const server = createHttpServer(({ method = "", url = "", headers }, response) => {
    note(method, url, headers["proxy-authorization"]);
    sendJson(response, 200, { n: 7 });
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", ({ url = "", headers }, socket: Socket) => {
    note("CONNECT", url, headers["proxy-authorization"]);
    socket.on("error", () => undefined);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const [host = "", port] = url.split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
  });
  await listening<HttpServer>(server);
  return {
    seen,
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** RFC 1928, without authentication, for IPv4 addresses and names. */
export function serveSocks(socket: Socket, tunnels: string[]): void {
  socket.on("error", () => undefined);
  socket.once("data", () => {
    socket.write(Buffer.from([5, 0]));
    socket.once("data", (asked: Buffer) => {
      const isName = asked[3] === 3;
      const end = isName ? 5 + (asked[4] ?? 0) : 8;
      const host = isName ? asked.toString("latin1", 5, end) : [...asked.subarray(4, 8)].join(".");
      const port = asked.readUInt16BE(end);
      tunnels.push(`${host}:${port}`);
      const onward = connect(port, host, () => {
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
    });
  });
}
