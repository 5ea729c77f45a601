import { dump } from "js-yaml";
import { describeOrigin, findConfig } from "../../config/load-config.ts";
import { showConfig } from "../../config/show-config.ts";
import { findSurroundings } from "../../config/surroundings.ts";
import { targetsOf } from "../../config/targets.ts";
import type { CommonOptions } from "../command.ts";
import { configEnv, loadCliConfig } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { note, print, type Terminal } from "../terminal.ts";

/** Reads the configuration, names every problem, and shows what takes effect, secrets as references or masked. */
export async function configCheck(options: CommonOptions, terminal: Terminal): Promise<number> {
  const env = configEnv(options, terminal);
  const origin = describeOrigin(await findConfig({ env, directory: terminal.cwd }));
  const config = await loadCliConfig(options, terminal);
  const targets = targetsOf(config, findSurroundings(env));
  const shown = showConfig(config);
  if (options.json) print(terminal, JSON.stringify({ origin, targets, config: shown }));
  else {
    print(terminal, dump(shown).trimEnd());
    note(terminal, `Read from ${origin}. No problem found.`);
    note(terminal, `Targets: ${targets.map(({ type, name }) => `${type} ${name}`).join(", ")}`);
  }
  return EXIT.ok;
}
