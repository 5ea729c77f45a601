import { toLaunchError } from "../../backends/kubernetes/api/errors.ts";
import { createClusters } from "../../backends/kubernetes/connect/clusters.ts";
import { type Released, releaseCluster } from "../../backends/kubernetes/release.ts";
import type { Config } from "../../config/config.ts";
import { createSecretResolver } from "../../config/secrets.ts";
import { namedTarget } from "../../config/targets.ts";
import type { CommonOptions } from "../command.ts";
import { configEnv, loadCliConfig } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { note, print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface ReleaseOptions extends CommonOptions {
  readonly cluster: string | undefined;
  readonly yes: boolean;
}

const DEADLINE_MS = 600_000;

/** Takes Slipway's hands off every Job of a cluster, for good. */
export async function release(options: ReleaseOptions, terminal: Terminal): Promise<number> {
  const config = await loadCliConfig(options, terminal);
  const { name } = namedTarget("kubernetes-job", options.cluster, config);
  if (!options.yes)
    throw new UsageError(
      `this lets go of every Job in the cluster ${name}: results not published by now never will be`,
      "Stop submit and watch first. Then say --yes.",
    );
  const released = await releaseTarget(name, config, configEnv(options, terminal));
  const { released: count, unpublished } = released;
  if (options.json) print(terminal, JSON.stringify({ cluster: name, ...released }));
  else print(terminal, `${count} ${count === 1 ? "Job" : "Jobs"} of the cluster ${name} released`);
  for (const job of unpublished) note(terminal, `${job}: its result was not published`);
  return EXIT.ok;
}

async function releaseTarget(
  name: string,
  config: Config,
  env: Terminal["env"],
): Promise<Released> {
  const clusters = createClusters({ config, secrets: createSecretResolver({ env }), env });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    return await releaseCluster(await clusters.get(name), config.retention_seconds, signal);
  } catch (error) {
    throw toLaunchError(error, `release the cluster ${name}`);
  } finally {
    clusters.close();
  }
}
