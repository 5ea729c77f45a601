import { execFile, execFileSync, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { startPrivateEngine } from "../../docker/support/private-engine.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const DOCKERFILE = "deploy/kubernetes/Dockerfile";
const BASE = "node-stand-in";

/** In memory: images of this size would have the disk busy for every other test. */
const ENGINE_MEGABYTES = 2_048;

/**
 * The image that `deploy/kubernetes/Dockerfile` makes, as a docker-archive. Its base stands in for the one that the file
 * names: the Node of these tests, the libraries that it wants, a shell, and an `npm` that hands over what the same command
 * installs outside, since a build has no network here. Everything else of the file is carried out as it is written.
 */
export async function withSelfHostedImage(
  name: string,
  use: (archive: Readable) => Promise<void>,
): Promise<void> {
  const engine = await startPrivateEngine({ dataMegabytes: ENGINE_MEGABYTES });
  const directory = await mkdtemp(join(tmpdir(), "slipway-image-"));
  const env = { ...process.env, DOCKER_HOST: engine.host };
  const run = (file: string, args: readonly string[], cwd = directory) =>
    promisify(execFile)(file, args, { cwd, env });
  try {
    const root = join(directory, "root");
    await layOutBase(root);
    await installAside(run, join(directory, "aside"), join(root, "node_modules.tgz"));
    const pack = 'tar -C "$1" -c . | docker import --change "ENV PATH=/bin" - "$2"';
    await run("sh", ["-c", pack, "sh", root, BASE]);
    const text = await readFile(join(ROOT, DOCKERFILE), "utf8");
    await writeFile(join(directory, "Dockerfile"), text.replace(/^FROM .*$/m, `FROM ${BASE}`));
    await run("docker", ["build", "--network=none", "-t", name, "-f", "Dockerfile", ROOT]);
    const save = spawn("docker", ["save", name], { env, stdio: ["ignore", "pipe", "inherit"] });
    await use(save.stdout);
  } finally {
    await engine.dispose();
    await rm(directory, { recursive: true, force: true });
  }
}

async function layOutBase(root: string): Promise<void> {
  await mkdir(join(root, "bin"), { recursive: true });
  await mkdir(join(root, "tmp"));
  await copyFile(process.execPath, join(root, "bin/node"));
  for (const library of librariesOf(process.execPath)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  const busybox = execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim();
  for (const applet of ["sh", "tar", "gzip"]) await copyFile(busybox, join(root, "bin", applet));
  await writeFile(join(root, "bin/npm"), NPM);
  await chmod(join(root, "bin/npm"), 0o755);
}

const librariesOf = (program: string) =>
  [...execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, path = ""]) => path,
  );

const INSTALL = ["ci", "--omit=dev", "--omit=optional"];

const NPM = `#!/bin/sh
[ "$*" = "${INSTALL.join(" ")}" ] || { echo "the stand-in for npm does not know: $*" >&2; exit 64; }
tar -xzf /node_modules.tgz
`;

type RunProgram = (file: string, args: readonly string[], cwd?: string) => Promise<unknown>;

async function installAside(run: RunProgram, work: string, archive: string): Promise<void> {
  await mkdir(work);
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    await copyFile(join(ROOT, file), join(work, file));
  await run("npm", INSTALL, work);
  await run("sh", ["-c", 'tar -c node_modules | gzip -1 > "$1"', "sh", archive], work);
}
