import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type EchoingEngine = Awaited<ReturnType<typeof startEchoingEngine>>;

/**
 * An API server and a Docker engine that refuse everything but questions about themselves, and repeat in their refusal
 * whatever they were sent: headers, address and body.
 */
export async function startEchoingEngine() {
  const asked: string[] = [];
  let status = 500;
  const server = createServer(async (request, response) => {
    const { method, url = "", headers } = request;
    const said = `${method} ${url} ${JSON.stringify(headers)} ${await text(request)}`;
    const itself = ABOUT_ITSELF.find(([path]) => path.test(url));
    asked.push(`${method} ${url.replace(/\?.*/, "")}`);
    response.writeHead(itself ? 200 : status, { "content-type": "application/json" });
    response.end(JSON.stringify(itself ? itself[1] : refusal(status, said)));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `tcp://127.0.0.1:${port}`,
    asked,
    /** What it refuses with from now on. */
    refuseWith(code: number) {
      status = code;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

const ABOUT_ITSELF: readonly (readonly [RegExp, object])[] = [
  [/\/_ping$/, {}],
  [/\/version$/, { Version: "27.0.0", ApiVersion: "1.46", MinAPIVersion: "1.24" }],
  [/\/info$/, { OSType: "linux", LoggingDriver: "json-file", SystemTime: "2026-01-01T00:00:00Z" }],
];

/** As Kubernetes words it, and Docker, which reads `message` alone. */
const refusal = (code: number, said: string) => ({
  kind: "Status",
  status: "Failure",
  code,
  reason: code === 409 ? "AlreadyExists" : "Refused",
  message: said,
  details: { causes: [{ field: "spec", message: `Invalid value: ${said}` }] },
});
