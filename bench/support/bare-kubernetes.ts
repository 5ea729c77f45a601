import { Agent, type RequestOptions, request } from "node:https";
import { connectByKubeconfig } from "../../lib/backends/kubernetes/connect/kubeconfig.ts";

/** The least that can be done with a cluster: calls over connections that are kept, nothing is judged or tried again. */
export interface BareKubernetes extends Disposable {
  call(method: string, path: string, body?: string, contentType?: string): Promise<Buffer>;
}

export async function connectBare(kubeconfig: string): Promise<BareKubernetes> {
  const connection = await connectByKubeconfig({ title: "of the bench", text: kubeconfig });
  const { server, tls, credentials } = connection;
  const { cert, key } = await credentials();
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 64,
    ...tls,
    ...(cert && key ? { cert, key } : {}),
  });
  const base: RequestOptions = { agent, host: server.hostname, port: server.port };
  return {
    call: (method, path, body, contentType = "application/json") =>
      new Promise((resolve, reject) => {
        const headers = body
          ? { "content-type": contentType, "content-length": Buffer.byteLength(body) }
          : {};
        const sending = request({ ...base, method, path, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
          response.on("end", () => {
            const { statusCode = 0 } = response;
            const answer = Buffer.concat(chunks);
            if (statusCode < 300) resolve(answer);
            else reject(new Error(`${method} ${path}: ${statusCode} ${answer}`));
          });
        });
        sending.on("error", reject).end(body);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** Every item of a list, page by page; each page is parsed and dropped. */
export async function bareList(
  { call }: BareKubernetes,
  path: string,
  labelSelector: string,
): Promise<number> {
  let count = 0;
  let token: string | undefined = "";
  while (token !== undefined) {
    const query = new URLSearchParams({ limit: "500", labelSelector, continue: token });
    const page = JSON.parse(String(await call("GET", `${path}?${query}`))) as {
      items: unknown[];
      metadata: { continue?: string };
    };
    count += page.items.length;
    token = page.metadata.continue;
  }
  return count;
}
