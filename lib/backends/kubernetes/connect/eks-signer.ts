import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider, HttpRequest } from "@smithy/types";
import { namedEndpoint, regionalEndpoint } from "../../../config/aws-endpoints.ts";

/** The cluster checks the signed request with STS itself, within this many seconds of its signing. */
const PRESIGNED_SECONDS = 60;

export interface EksCluster {
  readonly name: string;
  readonly region: string;
}

export interface AwsAccess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credentials?: AwsCredentialIdentityProvider;
  readonly now?: () => Date;
}

/** The AWS requests that reaching an EKS cluster takes, signed with the function's own credentials. */
export function createEksSigner(
  { name, region }: EksCluster,
  { env, credentials = defaultProvider(), now = () => new Date() }: AwsAccess,
) {
  const signer = (service: string) =>
    new SignatureV4({ service, region, credentials, sha256: Sha256 });
  return {
    /**
     * What `aws eks get-token` gives: a presigned GetCallerIdentity whose signature covers the cluster's name.
     * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
     */
    async token(): Promise<string> {
      const url = endpointOf("sts", region, env);
      const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
      const request = toRequest(url, "/", { "x-k8s-aws-id": name }, query);
      const signed = await signer("sts").presign(request, {
        expiresIn: PRESIGNED_SECONDS,
        signingDate: now(),
        unhoistableHeaders: new Set(["x-k8s-aws-id"]),
      });
      return `k8s-aws-v1.${Buffer.from(toUrl(url, signed)).toString("base64url")}`;
    },

    async describeCluster(): Promise<{ url: string; headers: Record<string, string> }> {
      const url = endpointOf("eks", region, env);
      const request = toRequest(url, `/clusters/${encodeURIComponent(name)}`, {}, {});
      const signed = await signer("eks").sign(request, { signingDate: now() });
      return { url: toUrl(url, signed), headers: signed.headers };
    },
  };
}

function toRequest(
  url: URL,
  path: string,
  headers: Record<string, string>,
  query: Record<string, string>,
): HttpRequest {
  return {
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path,
    query,
    headers: { host: url.host, ...headers },
  };
}

function toUrl(base: URL, { path, query = {} }: HttpRequest): string {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url.href;
}

function endpointOf(service: "sts" | "eks", region: string, env: AwsAccess["env"]): URL {
  return new URL(namedEndpoint(service, env) ?? regionalEndpoint(service, region));
}
