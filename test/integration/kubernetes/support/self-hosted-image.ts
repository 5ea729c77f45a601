import { execFile, execFileSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../../..");
const DOCKERFILE = "deploy/kubernetes/Dockerfile";

/**
 * The image that `deploy/kubernetes/Dockerfile` makes, in a docker-archive. Its base stands in for the one that the file
 * names: the Node of these tests, the libraries that it wants, a shell, and an `npm` that hands over what the same command
 * installs outside, since a build has no network here. Everything else of the file is carried out as it is written.
 */
export async function buildSelfHostedImage(name: string): Promise<BuiltImage> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-image-"));
  const base = `${name}-base`;
  const remove = async () => {
    await run("docker", ["image", "rm", "--force", name, base]).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await importBase(directory, base);
    const text = await readFile(join(ROOT, DOCKERFILE), "utf8");
    const dockerfile = join(directory, "Dockerfile");
    await writeFile(dockerfile, text.replace(/^FROM .*$/m, `FROM ${base}`));
    await run("docker", [
      "build",
      "--quiet",
      "--network",
      "none",
      "-t",
      name,
      "-f",
      dockerfile,
      ROOT,
    ]);
    const archive = join(directory, "image.tar");
    await run("docker", ["save", "-o", archive, name]);
    return { archive, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

export interface BuiltImage {
  readonly archive: string;
  remove(): Promise<void>;
}

async function importBase(directory: string, base: string): Promise<void> {
  const root = join(directory, "root");
  await mkdir(join(root, "bin"), { recursive: true });
  await mkdir(join(root, "tmp"));
  await copyFile(process.execPath, join(root, "bin/node"));
  for (const library of librariesOf(process.execPath)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  const busybox = execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim();
  for (const applet of ["sh", "cp"]) await copyFile(busybox, join(root, "bin", applet));
  await installAside(join(directory, "aside"), join(root, "prepared"));
  await writeFile(join(root, "bin/npm"), NPM);
  await chmod(join(root, "bin/npm"), 0o755);
  const pack = 'tar -C "$1" -c . | docker import --change "ENV PATH=/bin" - "$2"';
  await run("sh", ["-c", pack, "sh", root, base]);
}

const librariesOf = (program: string) =>
  [...execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, path = ""]) => path,
  );

const INSTALL = ["ci", "--omit=dev", "--omit=optional"];

const NPM = `#!/bin/sh
[ "$*" = "${INSTALL.join(" ")}" ] || { echo "the stand-in for npm does not know: $*" >&2; exit 64; }
cp -R /prepared/node_modules .
`;

async function installAside(work: string, to: string): Promise<void> {
  await mkdir(work);
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    await copyFile(join(ROOT, file), join(work, file));
  await run("npm", INSTALL, { cwd: work, env: { ...process.env, NODE_ENV: "production" } });
  await mkdir(to);
  await rename(join(work, "node_modules"), join(to, "node_modules"));
}
