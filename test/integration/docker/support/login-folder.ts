import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A folder as `docker login` keeps it, with credential helpers beside it. */
export interface LoginFolder {
  /** What leads the docker program, and us, to it. */
  readonly env: Readonly<Record<string, string>>;
  writeConfig(config: unknown): Promise<void>;
  /** A program `docker-credential-NAME` that gives an answer for every registry, and keeps what it was asked in a file. */
  writeHelper(
    name: string,
    answer: unknown,
    exitCode?: number,
  ): Promise<{ readonly asked: string }>;
  dispose(): Promise<void>;
}

export async function createLoginFolder(): Promise<LoginFolder> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-login-"));
  return {
    env: { DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env.PATH}` },
    writeConfig: (config) =>
      writeFile(
        join(folder, "config.json"),
        typeof config === "string" ? config : JSON.stringify(config),
      ),
    async writeHelper(name, answer, exitCode = 0) {
      const program = join(folder, `docker-credential-${name}`);
      const asked = join(folder, `${name}.asked`);
      const text = typeof answer === "string" ? answer : JSON.stringify(answer);
      const lines = [
        "#!/bin/sh",
        `{ echo "$1"; cat; } > '${asked}'`,
        "cat <<'ANSWER'",
        text,
        "ANSWER",
        `exit ${exitCode}`,
      ];
      await writeFile(program, `${lines.join("\n")}\n`);
      await chmod(program, 0o755);
      return { asked };
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
