import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LaunchError } from "../runs/launch-error.ts";
import type { Config } from "./config.ts";
import { DEFAULT_CONFIG } from "./default-config.ts";
import { type ReadText, readOrExplain, readTextFile } from "./read-local-reference.ts";

/** The file that is read where the environment names no other. */
const DEFAULT_FILE = "slipway.yml";

/** Where a configuration comes from. */
export type ConfigOrigin =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "ssm"; readonly name: string }
  | { readonly kind: "none" };

interface Sources {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What relative paths of the environment begin at. */
  readonly directory?: string;
  readonly readText?: ReadText;
  /** Reads one parameter of the Parameter Store. */
  readonly readParameter?: (name: string) => Promise<string>;
  readonly exists?: (path: string) => Promise<boolean>;
}

/**
 * The configuration: what `SLIPWAY_CONFIG` names (a file, or `ssm:/name` for a parameter), else `slipway.yml` here, else
 * the defaults. Throws a LaunchError `ConfigError` that names every problem with its path.
 */
export async function loadConfig({
  env = process.env,
  directory = process.cwd(),
  readText = readTextFile,
  readParameter = readSsmParameter,
  exists = isThere,
}: Sources = {}): Promise<Config> {
  const origin = await findConfig({ env, directory, exists });
  if (origin.kind === "none") return DEFAULT_CONFIG;
  const { parseConfig } = await import("./parse-config.ts"); // with a YAML parser, which a function without one is spared
  const { parseYaml } = await import("./parse-yaml.ts");
  const subject = describeOrigin(origin);
  const text =
    origin.kind === "ssm"
      ? await readParameter(origin.name)
      : await readOrExplain(origin.path, "SLIPWAY_CONFIG", readText);
  const base = origin.kind === "file" ? dirname(origin.path) : undefined;
  return parseConfig(parseYaml(text, subject), subject, { env, readText, directory: base });
}

/** Where the configuration of this environment and directory is. */
export async function findConfig({
  env = process.env,
  directory = process.cwd(),
  exists = isThere,
}: Pick<Sources, "env" | "directory" | "exists"> = {}): Promise<ConfigOrigin> {
  const named = env.SLIPWAY_CONFIG;
  const parameter = /^(?:ssm:(.+)|\$\{ssm:(.+)\})$/.exec(named ?? "");
  if (parameter) return { kind: "ssm", name: parameter[1] ?? parameter[2] ?? "" };
  if (named) return { kind: "file", path: resolve(directory, named) };
  const path = resolve(directory, DEFAULT_FILE);
  return (await exists(path)) ? { kind: "file", path } : { kind: "none" };
}

export function describeOrigin(origin: ConfigOrigin): string {
  switch (origin.kind) {
    case "file":
      return origin.path;
    case "ssm":
      return `ssm:${origin.name}`;
    case "none":
      return "none: the defaults";
  }
}

const isThere = async (path: string) => existsSync(path);

/** A configuration that cannot be read now may be readable in a moment; the function's next start tries again. */
async function readSsmParameter(name: string): Promise<string> {
  const { createAwsParameters } = await import("./aws-parameters.ts");
  try {
    return await createAwsParameters().ssm(name);
  } catch (error) {
    const reason = error instanceof LaunchError ? error.message : "it could not be read";
    const message = `the configuration ssm:${name} cannot be read: ${reason}`;
    throw new LaunchError("ConfigError", message, { retryable: true, cause: error });
  }
}
