import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface RefusingAws {
  readonly endpoint: string;
  /** The `authorization` of each request so far. */
  authorizations(): readonly string[];
  stop(): Promise<void>;
}

/** A server of any AWS service that refuses each signature and repeats what was signed, as AWS does. */
export async function startRefusingAws(): Promise<RefusingAws> {
  const authorizations: string[] = [];
  const server = createServer((request, response) => {
    const { authorization = "", "x-amz-security-token": token } = request.headers;
    authorizations.push(authorization);
    const message = `signed was x-amz-security-token:${token}`;
    const isJson = String(request.headers["content-type"]).includes("json");
    const json = JSON.stringify({ __type: "InvalidSignatureException", message });
    const xml = `<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>${message}</Message></Error></ErrorResponse>`;
    response.writeHead(403, { "content-type": isJson ? "application/x-amz-json-1.1" : "text/xml" });
    request.resume().once("end", () => response.end(isJson ? json : xml));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations: () => authorizations,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
