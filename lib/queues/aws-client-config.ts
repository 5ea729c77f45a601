/** Every call ends: three attempts of at most so long, in milliseconds. Endpoints and credentials are the SDK's own business. */
export const AWS_CLIENT_CONFIG = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};
