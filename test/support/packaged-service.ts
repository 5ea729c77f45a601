import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["functions", "lib", "infrastructure", "scripts", "serverless.yml", "package.json"];

/** What of a CloudFormation template tests look at. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties are as many-shaped as CloudFormation is
  readonly Properties: Record<string, any>;
}

export interface ServiceCopy {
  readonly directory: string;
  /** Runs `serverless` in it, without credentials and home unless `env` has them; gives what it printed. */
  serverless(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  file(path: string): Promise<Buffer>;
  template(): Promise<Template>;
  remove(): Promise<void>;
}

/** The service as a checkout elsewhere would have it; `files` are added to it. */
export async function copyService(
  files: Readonly<Record<string, string>> = {},
): Promise<ServiceCopy> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-service-"));
  for (const name of SOURCES)
    await cp(join(ROOT, name), join(directory, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(directory, path), text);
  await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
  const file = (path: string) => readFile(join(directory, path));
  return {
    directory,
    file,
    async serverless(args, env = {}) {
      const bin = join(ROOT, "node_modules/osls/bin/serverless.js");
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [bin, ...args], {
        cwd: directory,
        env: { PATH: process.env.PATH, HOME: join(directory, "nobody"), ...env },
        maxBuffer: 16_777_216,
      });
      return stdout + stderr;
    },
    template: async () =>
      JSON.parse(String(await file(".serverless/cloudformation-template-update-stack.json"))),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** `--param name=value` for each. */
export function paramArguments(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => ["--param", `${name}=${value}`]);
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
