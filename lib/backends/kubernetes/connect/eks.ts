import * as z from "zod/mini";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import { bearer, type Connection, createCredentialsSource } from "./connection.ts";
import { type AwsAccess, createEksSigner, type EksCluster } from "./eks-signer.ts";

/** A token holds for 15 minutes from its signing; it is renewed well before, in milliseconds. */
const TOKEN_MAX_AGE_MS = 10 * 60_000;

const DESCRIBE_DEADLINE_MS = 10_000;

const Described = z.object({
  cluster: z.object({
    endpoint: z.url(),
    certificateAuthority: z.object({ data: z.string() }),
  }),
});

/** Asks EKS where the cluster is; its tokens are signed here, no `aws` program is needed. */
export async function connectToEks(cluster: EksCluster, access: AwsAccess): Promise<Connection> {
  const signer = createEksSigner(cluster, access);
  const { endpoint, certificateAuthority } = await describe(cluster, signer);
  return {
    server: new URL(endpoint),
    tls: { ca: Buffer.from(certificateAuthority.data, "base64") },
    credentials: createCredentialsSource(
      async () => bearer(await signer.token()),
      TOKEN_MAX_AGE_MS,
    ),
  };
}

async function describe(cluster: EksCluster, signer: ReturnType<typeof createEksSigner>) {
  const asked = `the EKS cluster ${cluster.name} in ${cluster.region}`;
  const response = await signer
    .describeCluster()
    .then(({ url, headers }) =>
      fetch(url, { headers, signal: AbortSignal.timeout(DESCRIBE_DEADLINE_MS) }),
    )
    .catch((cause: unknown) => {
      throw unavailable(`${asked} cannot be looked up: AWS does not answer`, { cause });
    });
  if (!response.ok) throw refusal(asked, response.status);
  const described = Described.safeParse(await response.json().catch(() => undefined));
  if (described.success) return described.data.cluster;
  throw unavailable(`${asked} is not ready: AWS knows no endpoint of it yet`);
}

function refusal(asked: string, status: number): LaunchError {
  if (status === 404)
    return new LaunchError("ConfigError", `${asked} does not exist`, { retryable: true });
  if (status === 403 || status === 401)
    return new LaunchError(
      "ConfigError",
      `${asked} may not be looked up with these AWS credentials; allow eks:DescribeCluster`,
      { retryable: true },
    );
  return unavailable(`${asked} cannot be looked up: AWS answers ${status}`);
}
