import { isRecord } from "../runs/canonical-json.ts";
import { describeProblems, LaunchError, type Problem } from "../runs/launch-error.ts";
import { joinPath, toProblems } from "../runs/problems.ts";
import { quote } from "../runs/quote.ts";
import { parseSpec } from "../runs/request.ts";
import { Config } from "./config.ts";
import { spellFields } from "./config-fields.ts";
import { expandReferences } from "./expand-references.ts";
import { inlineFiles } from "./inline-files.ts";
import type { LocalSources } from "./read-local-reference.ts";
import { type EngineType, namedTarget } from "./targets.ts";

/**
 * A configuration from what its YAML says. Throws one LaunchError `ConfigError` that names every problem with its path.
 *
 * @param origin where it was read from, as errors name it: `slipway.yml`, `ssm:/slipway/prod`
 */
export async function parseConfig(
  written: unknown,
  origin: string,
  sources: LocalSources,
): Promise<Config> {
  const problems: Problem[] = [];
  if (written !== null && !isRecord(written))
    throw refuse(origin, [{ path: "", message: `expected fields, got ${quote(written)}` }]);
  const spelled = spellFields(Config, written ?? {}, problems);
  const expanded = await expandReferences(spelled, sources, problems);
  const fields = await inlineNamed(expanded as Record<string, unknown>, sources, problems);
  const parsed = Config.safeParse(fields);
  if (!parsed.success) problems.push(...toProblems(parsed.error, fields));
  problems.push(...infrastructureProblems(fields.infrastructures, parsed.data));
  if (parsed.data) problems.push(...defaultProblems(parsed.data));
  if (problems.length > 0 || !parsed.success) throw refuse(origin, problems);
  return parsed.data;
}

function refuse(origin: string, problems: readonly Problem[]): LaunchError {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const message = `the configuration (${origin}) has ${count}: ${describeProblems(problems)}`;
  return new LaunchError("ConfigError", message, { problems, hint: "Correct it and try again." });
}

/** The named infrastructures with the files they name read in. */
async function inlineNamed(
  fields: Record<string, unknown>,
  sources: LocalSources,
  problems: Problem[],
): Promise<Record<string, unknown>> {
  const named = fields.infrastructures;
  if (!isRecord(named)) return fields;
  const inlined: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(named))
    inlined[name] = isRecord(value)
      ? await inlineFiles(value, sources, problems, placeOf(name))
      : value;
  return { ...fields, infrastructures: inlined };
}

const placeOf = (name: string) => joinPath("infrastructures", [name]);

/** Each is checked as a request's would be; that it names a known target, too, where the rest could be read. */
function infrastructureProblems(named: unknown, config: Config | undefined): Problem[] {
  if (!isRecord(named)) return [];
  return Object.entries(named).flatMap(([name, value]) =>
    isRecord(value) ? collect(() => checkInfrastructure(value, placeOf(name), config)) : [],
  );
}

function checkInfrastructure(
  value: Record<string, unknown>,
  at: string,
  config: Config | undefined,
): void {
  const spec = parseSpec(value, at);
  if (!config) return;
  if (spec.type === "docker-container") checkTarget(spec.type, spec.docker_host, config, at);
  if (spec.type === "kubernetes-job" && typeof spec.cluster_config !== "object")
    checkTarget(spec.type, spec.cluster_config, config, at);
}

/** The defaults are checked on their own: what names no target is not to blame for them. */
function checkTarget(
  type: EngineType,
  asked: string | undefined,
  config: Config,
  at: string,
): void {
  if (asked === undefined) return;
  try {
    namedTarget(type, asked, config);
  } catch (error) {
    throw error instanceof LaunchError ? moved(error, at) : error;
  }
}

function moved(error: LaunchError, at: string): LaunchError {
  const problems = error.problems.map(({ path, message }) => ({
    path: path.replace(/^infrastructure\b/, at),
    message,
  }));
  return new LaunchError(error.code, error.message, { problems });
}

function defaultProblems(config: Config): Problem[] {
  return (["kubernetes-job", "docker-container"] as const).flatMap((type) =>
    collect(() => namedTarget(type, undefined, config)),
  );
}

function collect(check: () => unknown): readonly Problem[] | [] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof LaunchError) return error.problems;
    throw error;
  }
}
