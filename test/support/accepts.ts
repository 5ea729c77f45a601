import { connect } from "node:net";

/** Whether something listens at `unix://…` or `tcp://…`. */
export function accepts(host: string): Promise<boolean> {
  const url = new URL(host);
  const socket =
    url.protocol === "unix:"
      ? connect({ path: url.pathname })
      : connect({ host: url.hostname, port: Number(url.port) });
  return new Promise((resolve) => {
    socket.setTimeout(2_000, () => socket.destroy(new Error("timeout")));
    socket.once("connect", () => {
      socket.end();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
