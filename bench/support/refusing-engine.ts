import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface RefusingEngine {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Speaks enough of both engines' protocols to be asked for a run, which it refuses, and for what there is, which is
 * nothing: what is measured is loading a client and one conversation, not an engine's own work.
 */
export async function startRefusingEngine(): Promise<RefusingEngine> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = request.method === "GET" ? answerTo(request.url ?? "") : undefined;
    response.writeHead(answer ? 200 : 400, {
      "content-type": "application/json",
      "api-version": ENGINE.ApiVersion,
      ostype: "linux",
    });
    response.end(JSON.stringify(answer ?? REFUSAL));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answerTo(url: string): unknown {
  if (/_ping|\/version|\/info/.test(url)) return ENGINE;
  if (/\/containers\/json/.test(url)) return [];
  return /\/volumes/.test(url) ? { Volumes: [], Warnings: null } : undefined;
}

const ENGINE = {
  ApiVersion: "1.41",
  MinAPIVersion: "1.12",
  Version: "20.10.24",
  Os: "linux",
  OSType: "linux",
  ServerVersion: "20.10.24",
  SystemTime: "2026-01-01T00:00:00Z",
  MemTotal: 1_073_741_824,
  NCPU: 1,
};

/** A Kubernetes Status and a Docker error at once. */
const REFUSAL = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason: "BadRequest",
  code: 400,
  message: "refused for the bench",
};
