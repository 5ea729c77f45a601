import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";
import type { Upstream } from "../../../faults/support/exchange.ts";

/** A cluster as a fault proxy reaches it: a client certificate is the proxy's to show, a token the client's to send. */
export async function upstreamOf(kubeconfig: string): Promise<Upstream> {
  const { server, tls, credentials } = await connectByKubeconfig({
    title: "of the tests",
    text: kubeconfig,
  });
  const { ca } = tls;
  const { cert, key } = await credentials();
  return {
    host: server.hostname,
    port: Number(server.port || 443),
    tls: { ca: String(ca), ...(cert && key ? { cert: String(cert), key: String(key) } : {}) },
  };
}

/** The kubeconfig of a client that reaches its cluster through a proxy on this machine. */
export async function proxiedKubeconfig(kubeconfig: string, port: number): Promise<string> {
  const { credentials } = await connectByKubeconfig({ title: "of the tests", text: kubeconfig });
  const { authorization = "" } = await credentials();
  return JSON.stringify({
    "current-context": "proxied",
    contexts: [{ name: "proxied", context: { cluster: "proxied", user: "proxied" } }],
    clusters: [{ name: "proxied", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "proxied", user: { token: authorization.replace("Bearer ", "") } }],
  });
}
