import { checkConfigFile } from "../lib/config/check-config-file.ts";
import { findConfig } from "../lib/config/load-config.ts";
import { describeProblems, type Problem } from "../lib/runs/launch-error.ts";

/** What of a service definition is looked at. */
interface Service {
  readonly provider: { readonly environment?: Readonly<Record<string, unknown>> };
  readonly functions: Readonly<Record<string, { readonly timeout?: number | string }>>;
  readonly custom?: { readonly check?: Readonly<Record<string, unknown>> };
}

/** AWS's own advice for queues that feed a function. */
const VISIBILITY_PER_TIMEOUT = 6;

/**
 * Refuses a deployment that could not work, with everything that is wrong with it. Throws an Error.
 *
 * @param directory where serverless.yml is
 */
export async function checkDeployment(service: Service, directory: string): Promise<void> {
  const problems = [...parameterProblems(service), ...(await configProblems(service, directory))];
  if (problems.length > 0)
    throw new Error(`this cannot be deployed: ${describeProblems(problems)}`);
}

function parameterProblems({ functions, custom }: Service): Problem[] {
  const given = custom?.check ?? {};
  const timeout = Number(functions.submit?.timeout);
  const visibility = Number(given.visibilityTimeout);
  const isTooShort = visibility < VISIBILITY_PER_TIMEOUT * timeout;
  return [
    ...(isTooShort
      ? [
          {
            path: "visibilityTimeout",
            message: `must be at least ${VISIBILITY_PER_TIMEOUT} times submitTimeout (${timeout}), got ${visibility}`,
          },
        ]
      : []),
    ...togetherProblems(given, [
      "requestsQueueArn",
      "requestsQueueUrl",
      "deadLettersQueueArn",
      "deadLettersQueueUrl",
    ]),
    ...togetherProblems(given, ["resultsQueueArn", "resultsQueueUrl"]),
  ];
}

function togetherProblems(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Problem[] {
  const missing = names.filter((name) => !given[name]);
  if (missing.length === 0 || missing.length === names.length) return [];
  const present = names.filter((name) => given[name]).join(", ");
  return missing.map((path) => ({ path, message: `is needed together with ${present}` }));
}

/** A configuration that travels with the package is read as the functions will read it, but for what only they have. */
async function configProblems(service: Service, directory: string): Promise<readonly Problem[]> {
  const named = service.provider.environment?.SLIPWAY_CONFIG;
  const env = typeof named === "string" && named !== "" ? { SLIPWAY_CONFIG: named } : {};
  const origin = await findConfig({ env, directory });
  return origin.kind === "file" ? checkConfigFile(origin.path) : [];
}
