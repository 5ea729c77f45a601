import type { Argv } from "yargs";
import type { CommonOptions } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export interface QueueOptions {
  readonly queueUrl: string | undefined;
  readonly resultsUrl: string | undefined;
}

/** Where requests go and results come from, for every command that speaks to a queue. */
export function queueOptions<T extends CommonOptions>(yargs: Argv<T>) {
  return yargs
    .option("queue-url", {
      type: "string",
      requiresArg: true,
      describe: "Requests queue (SLIPWAY_REQUESTS_URL)",
    })
    .option("results-url", {
      type: "string",
      requiresArg: true,
      describe: "Results queue (SLIPWAY_RESULTS_URL)",
    });
}

export interface GivenUrls {
  readonly requests: string | undefined;
  readonly results: string | undefined;
}

/** What the command line says, else what the environment says. */
export function givenUrls(
  { queueUrl, resultsUrl }: QueueOptions,
  { env }: Pick<Terminal, "env">,
): GivenUrls {
  return {
    requests: queueUrl ?? (env.SLIPWAY_REQUESTS_URL || undefined),
    results: resultsUrl ?? (env.SLIPWAY_RESULTS_URL || undefined),
  };
}
