import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";

export interface PluginCredentials {
  readonly token: string | undefined;
  /** Empty where the plugin gives a token. */
  readonly certificate: { readonly cert?: string; readonly key?: string };
}

/**
 * What a kubeconfig's exec or auth-provider plugin says we are. A fresh KubeConfig each time: the library keeps a token to its
 * last second and does not let go of one that was refused.
 */
export async function readPluginCredentials(
  text: string,
  context: string | undefined,
): Promise<PluginCredentials> {
  const config = new KubeConfig();
  config.loadFromString(text);
  if (context !== undefined) config.setCurrentContext(context);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { cert, key } = options;
  const bearer = /^Bearer (.+)$/i.exec(authorizationOf(options.headers));
  return {
    token: bearer?.[1],
    certificate: cert && key ? { cert: String(cert), key: String(key) } : {},
  };
}

function authorizationOf(headers: RequestOptions["headers"]): string {
  const all = new Headers(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return all.get("authorization") ?? "";
}
