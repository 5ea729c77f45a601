import { dump } from "js-yaml";
import type { Config } from "../../config/config.ts";
import { describeOrigin, findConfig } from "../../config/load-config.ts";
import { showConfig } from "../../config/show-config.ts";
import { findSurroundings } from "../../config/surroundings.ts";
import { targetsOf } from "../../config/targets.ts";
import type { CommonOptions } from "../command.ts";
import { configEnv, loadCliConfig } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { note, print, type Terminal } from "../terminal.ts";
import { askEverything, type Subject } from "./ask-everything.ts";

type CheckOptions = CommonOptions & { readonly offline: boolean };

/**
 * Reads the configuration, names every problem, and shows what takes effect, secrets as references or masked. Then asks
 * every target and queue; one that cannot be used is a problem like any other.
 */
export async function configCheck(options: CheckOptions, terminal: Terminal): Promise<number> {
  const env = configEnv(options, terminal);
  const origin = describeOrigin(await findConfig({ env, directory: terminal.cwd }));
  const config = await loadCliConfig(options, terminal);
  const shown = showConfig(config);
  if (!options.json) print(terminal, dump(shown).trimEnd());
  const subjects = options.offline ? unasked(config, env) : await askEverything(config, env);
  if (options.json) print(terminal, JSON.stringify({ origin, ...inJson(subjects), config: shown }));
  else for (const line of summary(origin, subjects)) note(terminal, line);
  return subjects.some(({ problems }) => problems.length > 0) ? EXIT.badRequest : EXIT.ok;
}

/** What there would be to ask. */
function unasked(config: Config, env: Terminal["env"]): Subject[] {
  return targetsOf(config, findSurroundings(env)).map((target) => ({
    title: `${target.type} ${target.name}`,
    target,
    problems: [],
    notes: [],
  }));
}

function inJson(subjects: readonly Subject[]) {
  const [targets, others] = [true, false].map((isTarget) =>
    subjects
      .filter(({ target }) => (target !== undefined) === isTarget)
      .map(({ title, target, ...checked }) => ({ ...(target ?? { name: title }), ...checked })),
  );
  return { targets, others };
}

function summary(origin: string, subjects: readonly Subject[]): string[] {
  const failed = subjects.filter(({ problems }) => problems.length > 0).length;
  const found = failed === 0 ? "No problem found." : `${failed} of ${subjects.length} failed.`;
  return [...subjects.flatMap(linesOf), `Read from ${origin}. ${found}`];
}

function linesOf({ title, version, latencyMs, problems, notes }: Subject): string[] {
  const answer = version === undefined ? "" : `${version}, ${latencyMs} ms`;
  const state = [answer, ...problems.map((problem) => `problem: ${problem}`)].filter(Boolean);
  return [
    state.length > 0 ? `${title}: ${state.join("; ")}` : title,
    ...notes.map((text) => `${title}: note: ${text}`),
  ];
}
