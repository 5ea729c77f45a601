// What a function's bundle has of client-node and undici, as bundle-kubernetes.test.ts calls it.
import { createClient } from "../../../lib/backends/kubernetes/api/client.ts";
import { connectByKubeconfig } from "../../../lib/backends/kubernetes/connect/kubeconfig.ts";

/** @public */
export const connect = async (text: string) =>
  createClient(await connectByKubeconfig({ title: "of the test", text }));
