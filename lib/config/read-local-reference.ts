import { readFile } from "node:fs";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { LaunchError } from "../runs/launch-error.ts";
import { quote } from "../runs/quote.ts";
import type { Reference } from "./references.ts";

/** Reads a whole text file; throws where it cannot. */
export type ReadText = (path: string) => Promise<string>;

/** Not by `node:fs/promises`: that brings two milliseconds of other modules into every cold start. */
export const readTextFile: ReadText = (path) => promisify(readFile)(path, "utf8");

export interface LocalSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readText: ReadText;
  /** What relative paths begin at; undefined where the configuration is not a file. */
  readonly directory: string | undefined;
}

/** The value of an `${env:}` or `${file:}` reference. Throws a LaunchError `ConfigError` that names it. */
export async function readLocalReference(
  reference: Reference,
  sources: LocalSources,
): Promise<string> {
  if (reference.scheme === "file") return readFileReference(reference, sources);
  const value = sources.env[reference.name];
  if (value === undefined)
    throw new LaunchError("ConfigError", `${reference.text}: the environment has no such variable`);
  return value;
}

/** Editors and `kubectl` end a file with a line end that no token or password has. */
async function readFileReference(reference: Reference, sources: LocalSources): Promise<string> {
  const path = absolutePath(reference.name, sources.directory);
  if (path === undefined)
    throw new LaunchError("ConfigError", `${reference.text}: ${NEEDS_ABSOLUTE}`);
  return (await readOrExplain(path, reference.text, sources.readText)).replace(/\r?\n$/, "");
}

export const NEEDS_ABSOLUTE = "the path must be absolute where the configuration is not a file";

export function absolutePath(path: string, directory: string | undefined): string | undefined {
  if (isAbsolute(path)) return path;
  return directory === undefined ? undefined : join(directory, path);
}

/** A file's text. Throws a LaunchError `ConfigError` that says which and why. */
export async function readOrExplain(
  path: string,
  subject: string,
  readText: ReadText,
): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? `${error.code}` : "unreadable";
    const message = `${subject}: the file ${quote(path, [], "path")} cannot be read (${reason})`;
    throw new LaunchError("ConfigError", message, { cause: error });
  }
}
