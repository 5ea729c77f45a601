import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Registry extends AsyncDisposable {
  /** `host:port`, for image references. */
  readonly host: string;
}

/** A registry as real nodes meet them: it refuses `secret/…` to strangers, and has nothing else. */
export async function startRegistry(): Promise<Registry> {
  const server = createServer(({ url = "" }, response) => {
    if (url === "/v2/") return void response.end("{}");
    const isSecret = url.startsWith("/v2/secret/");
    const [status, code] = isSecret ? [401, "UNAUTHORIZED"] : [404, "MANIFEST_UNKNOWN"];
    response.writeHead(status, {
      "content-type": "application/json",
      ...(isSecret ? { "www-authenticate": 'Basic realm="registry"' } : {}),
    });
    response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
