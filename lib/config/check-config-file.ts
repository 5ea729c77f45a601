import { LaunchError, type Problem } from "../runs/launch-error.ts";
import { loadConfig } from "./load-config.ts";

/** Stands for every variable of an environment that is not here. */
const ANY_VALUE = "-";

/**
 * What is wrong with a configuration file that another machine will use. Its files are looked for here, beside it; the
 * variables of that machine's environment are taken for granted.
 */
export async function checkConfigFile(path: string): Promise<readonly Problem[]> {
  const env = new Proxy<Record<string, string>>(
    {},
    { get: (_, name) => (name === "SLIPWAY_CONFIG" ? path : ANY_VALUE) },
  );
  try {
    await loadConfig({ env });
    return [];
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return error.problems.length > 0 ? error.problems : [{ path, message: error.message }];
  }
}
