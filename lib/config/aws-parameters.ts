import { GetParameterError } from "@aws-lambda-powertools/parameters/errors";
import { SecretsProvider } from "@aws-lambda-powertools/parameters/secrets";
import { SSMProvider } from "@aws-lambda-powertools/parameters/ssm";
import { LaunchError } from "../runs/launch-error.ts";
import { regionOfArn } from "./aws-arn.ts";
import type { RemoteSecrets } from "./secrets.ts";

/** Every call to AWS ends: three attempts of at most so long, in milliseconds. */
const clientConfig = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Secrets Manager and the Parameter Store by Powertools. Keeps nothing: the resolver does. */
export function createAwsParameters(): RemoteSecrets {
  const secrets = byRegion((region) => new SecretsProvider(configOf(region)));
  const parameters = byRegion((region) => new SSMProvider(configOf(region)));
  return {
    secret: (name) => textOf(() => secrets(name).get(name, { forceFetch: true })),
    ssm: (name) => textOf(() => parameters(name).get(name, { forceFetch: true, decrypt: true })),
  };
}

const configOf = (region: string | undefined) => ({
  clientConfig: { ...clientConfig, ...(region ? { region } : {}) },
});

/** One provider for each region: what an ARN names is to be had in its own region only. */
function byRegion<T>(create: (region: string | undefined) => T): (name: string) => T {
  const made = new Map<string | undefined, T>();
  return (name) => {
    const { region } = regionOfArn(name);
    const provider = made.get(region) ?? create(region);
    made.set(region, provider);
    return provider;
  };
}

async function textOf(get: () => Promise<string | Uint8Array | undefined>): Promise<string> {
  const value = await get().catch(classify);
  if (value === undefined) throw new LaunchError("ConfigError", "it has no value");
  return typeof value === "string" ? value : new TextDecoder().decode(value);
}

/** The name of AWS's error says enough; its message may repeat what was sent. */
function classify(error: unknown): never {
  const source = error instanceof GetParameterError ? error.cause : error;
  const name = source instanceof Error ? source.name : "unknown error";
  throw new LaunchError("ConfigError", name, { retryable: true, cause: source });
}
