import { isRecord } from "../runs/canonical-json.ts";
import { LaunchError, type Problem } from "../runs/launch-error.ts";
import { joinPath } from "../runs/problems.ts";
import { quote } from "../runs/quote.ts";
import { toSnakeCase } from "../runs/spelling.ts";
import { parseKubernetesYaml } from "./parse-yaml.ts";
import {
  absolutePath,
  NEEDS_ABSOLUTE,
  type ReadText,
  readOrExplain,
} from "./read-local-reference.ts";

/** Fields that name a YAML or JSON file, and the field whose value it holds. */
const FILE_FIELDS = { job_from_file: "job", customize_from_file: "customizations" } as const;

/** Every object has a `constructor`, which names no file. */
const fieldOf = (name: string) =>
  Object.hasOwn(FILE_FIELDS, name) ? FILE_FIELDS[name as keyof typeof FILE_FIELDS] : undefined;

interface Files {
  readonly readText: ReadText;
  /** What relative paths begin at; undefined where there is no such place. */
  readonly directory: string | undefined;
}

/**
 * An infrastructure with `job_from_file` and `customize_from_file` replaced by what the files hold. Problems are added
 * with their paths under `at`, and their fields left out.
 */
export async function inlineFiles(
  infrastructure: Readonly<Record<string, unknown>>,
  files: Files,
  problems: Problem[],
  at = "infrastructure",
): Promise<Record<string, unknown>> {
  const inlined: Record<string, unknown> = { ...infrastructure };
  for (const [key, value] of Object.entries(infrastructure)) {
    const field = fieldOf(toSnakeCase(key));
    if (field === undefined || value === null) continue;
    delete inlined[key];
    try {
      if (infrastructure[field] != null) throw configError(`is given together with ${field}`);
      inlined[field] = await readField(value, files);
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      problems.push({ path: joinPath(at, [key]), message: error.message });
    }
  }
  return inlined;
}

/** The same for a whole request, whose infrastructure may be a name. */
export async function inlineRequestFiles(
  request: unknown,
  files: Files,
  problems: Problem[],
): Promise<unknown> {
  if (!isRecord(request) || !isRecord(request.infrastructure)) return request;
  return { ...request, infrastructure: await inlineFiles(request.infrastructure, files, problems) };
}

async function readField(value: unknown, { directory, readText }: Files): Promise<unknown> {
  if (typeof value !== "string") throw configError("must be the path of a YAML or JSON file");
  const path = absolutePath(value, directory);
  if (path === undefined) throw configError(NEEDS_ABSOLUTE);
  const name = quote(value, [], "path");
  return parseKubernetesYaml(await readOrExplain(path, name, readText), name);
}

const configError = (message: string) => new LaunchError("ConfigError", message);
