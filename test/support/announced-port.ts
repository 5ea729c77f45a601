import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

/**
 * The port that a server chose for itself and says in its output, as the first group of `pattern`. Unlike a port that was
 * free a moment ago, nobody else can have taken it. Reads on, so that the server can say more.
 */
export function announcedPort(
  server: ChildProcess,
  output: Readable,
  pattern: RegExp,
): Promise<number> {
  let said = "";
  return new Promise((resolve, reject) => {
    output.setEncoding("utf8").on("data", (chunk: string) => {
      said = `${said}${chunk}`.slice(-10_000);
      const [, port] = pattern.exec(said) ?? [];
      if (port) resolve(Number(port));
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`the server ended before it listened: ${said}`)));
  });
}
