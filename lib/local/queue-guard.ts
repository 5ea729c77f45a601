import type { IncomingHttpHeaders } from "node:http";
import type { EmbeddedApp } from "./fauxqs.ts";

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|([\w-]+\.)*localhost)(:\d+)?$/i;

/**
 * Why a request to the embedded queue is refused; undefined where it is not. Whoever may put a message on it may run any
 * command as this user, so it is closed to the other users of the machine, who do not know its key, and to web pages in
 * this user's browser, which can reach loopback addresses. The emulator's SNS and S3 are closed altogether.
 */
export function refusalOf(request: Request, accessKeyId: string): string | undefined {
  const { headers } = request;
  if (!LOOPBACK.test(headers.host ?? "")) return "this queue is for programs on this machine only";
  if (headers.origin !== undefined) return "this queue is not for web pages";
  if (request.method !== "POST" || request.url !== "/") return "this is a queue and nothing else";
  if (!String(headers["x-amz-target"]).startsWith("AmazonSQS.")) return "this is no SQS call";
  if (!headers["content-type"]?.startsWith("application/x-amz-json-1.0"))
    return "this queue takes the JSON protocol of SQS only; a current AWS SDK speaks it";
  if (!headers.authorization?.includes(`Credential=${accessKeyId}/`))
    return "the access key is not that of this queue";
  return undefined;
}

export function guardQueue(app: EmbeddedApp, accessKeyId: string): void {
  app.addHook("onRequest", async ({ method, url, headers }, reply) => {
    const message = refusalOf({ method, url, headers }, accessKeyId);
    if (message === undefined) return;
    const body = { __type: "com.amazonaws.sqs#AccessDeniedException", message };
    return reply.code(403).type("application/x-amz-json-1.0").send(JSON.stringify(body));
  });
}
