import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { quote } from "../../runs/quote.ts";
import { readOwnYaml } from "../../yaml/read-yaml.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** One file's documents, as they stand. */
export interface Source {
  /** As the person called it: `demo.yaml`, `stdin`. */
  readonly name: string;
  /** Where the relative paths in it start from. */
  readonly directory: string;
  readonly documents: readonly unknown[];
}

/** A file of YAML or JSON, `-` for stdin. Throws a UsageError. */
export async function readDocuments(
  file: string,
  { stdin, cwd }: Pick<Terminal, "stdin" | "cwd">,
): Promise<Source> {
  if (file === "-")
    return { name: "stdin", directory: cwd, documents: parseDocuments(await text(stdin), "stdin") };
  const path = resolve(cwd, file);
  return {
    name: file,
    directory: dirname(path),
    documents: parseDocuments(await readText(path, file), file),
  };
}

/** YAML (JSON is YAML): one document or several, a list counting as its items. Throws a UsageError. */
export function parseDocuments(content: string, name: string): unknown[] {
  try {
    return readOwnYaml(content)
      .flat()
      .filter((document) => document != null);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const lines = error.problems.map(({ line, column, path, message }) =>
      [`${name}:${line}:${column}`, path, message].filter(Boolean).join(": "),
    );
    throw new UsageError(lines.join("; "), "A request file is YAML or JSON.", EXIT.badRequest);
  }
}

/** Throws a UsageError that says why the file cannot be read. */
export async function readText(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new UsageError(`${quote(name, [], "path")}: ${REASONS[code] ?? code}`, "", EXIT.noInput);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a directory",
};
