import { connectByKubeconfig } from "../../../../lib/backends/kubernetes/connect/kubeconfig.ts";
import type { Upstream } from "../../../faults/support/fault-proxy.ts";

/** A cluster as a fault proxy reaches it. The kubeconfig's user must have a client certificate: a proxy adds no token. */
export async function upstreamOf(kubeconfig: string): Promise<Upstream> {
  const { server, tls } = await connectByKubeconfig({ title: "of the tests", text: kubeconfig });
  const { ca, cert, key } = tls;
  return {
    host: server.hostname,
    port: Number(server.port || 443),
    tls: { ca: String(ca), ...(cert && key ? { cert: String(cert), key: String(key) } : {}) },
  };
}
