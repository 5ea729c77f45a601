import { GetParameterError } from "@aws-lambda-powertools/parameters/errors";
import { SecretsProvider } from "@aws-lambda-powertools/parameters/secrets";
import { SSMProvider } from "@aws-lambda-powertools/parameters/ssm";
import { LaunchError } from "../runs/launch-error.ts";
import type { RemoteSecrets } from "./secrets.ts";

/** Every call to AWS ends: three attempts of at most so long, in milliseconds. */
const clientConfig = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Secrets Manager and the Parameter Store by Powertools. Keeps nothing: the resolver does. */
export function createAwsParameters(): RemoteSecrets {
  const secrets = new SecretsProvider({ clientConfig });
  const parameters = new SSMProvider({ clientConfig });
  return {
    secret: (name) => textOf(() => secrets.get(name, { forceFetch: true })),
    ssm: (name) => textOf(() => parameters.get(name, { forceFetch: true, decrypt: true })),
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
