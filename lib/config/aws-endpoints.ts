type Environment = Readonly<Record<string, string | undefined>>;

export type AwsService = "eks" | "sqs" | "sts";

/** The server that the environment names for a service, as it does for every AWS SDK; undefined where it names none. */
export function namedEndpoint(service: AwsService, env: Environment): string | undefined {
  return env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env.AWS_ENDPOINT_URL || undefined;
}

/** The service's own server in a region. */
export const regionalEndpoint = (service: AwsService, region: string): string =>
  `https://${service}.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
