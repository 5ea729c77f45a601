import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type * as z from "zod/mini";
import { unusable } from "./connect/unusable.ts";

/** Files that the docker program keeps for its user. */

type Environment = Readonly<Record<string, string | undefined>>;

export const homeOf = (env: Environment) => env.HOME || homedir();

export const dockerFolder = (env: Environment) => env.DOCKER_CONFIG || join(homeOf(env), ".docker");

/** Editors of Windows begin a file with a byte-order mark, and a file that was only touched is empty. */
export function readJson<T>(path: string, schema: z.ZodMiniType<T>, empty = ""): T {
  const text = readText(path).replace(/^\uFEFF/, "");
  try {
    return schema.parse(JSON.parse(text.trim() || empty));
  } catch {
    throw unusable(`${path} is not what the docker program writes`);
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(`cannot read ${path}`, error);
  }
}
