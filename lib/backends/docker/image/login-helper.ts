import { execFile } from "node:child_process";
import * as z from "zod/mini";
import type { AuthConfig } from "../api/image-calls.ts";
import { unusable } from "../connect/unusable.ts";

/** A helper may ask a cloud for a token, or a keychain that waits for its user. */
const DEADLINE_MS = 60_000;

const Answer = z.object({ Username: z.string(), Secret: z.string() });

/**
 * Asks `docker-credential-NAME get` for a login: the registry's address on its standard input, JSON on its standard
 * output. undefined where it has none.
 */
export async function askHelper(
  name: string,
  serveraddress: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AuthConfig | undefined> {
  if (!/^[\w.-]+$/.test(name))
    throw unusable("the name of a credential helper must be a plain word");
  const { failed, output } = await run(`docker-credential-${name}`, serveraddress, env);
  if (failed && NOT_FOUND.test(output)) return undefined;
  if (failed)
    throw unusable(`docker-credential-${name} gave no login for ${serveraddress}: ${failed}`);
  const answer = parse(output);
  if (!answer) throw unusable(`docker-credential-${name} answered something else than a login`);
  const { Username: username, Secret: secret } = answer;
  return username === "<token>"
    ? { identitytoken: secret, serveraddress }
    : { username, password: secret, serveraddress };
}

const NOT_FOUND = /credentials not found/i;

interface Ended {
  /** Why it did not succeed, in words that hold no secret. */
  readonly failed: string | undefined;
  readonly output: string;
}

function run(
  program: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: DEADLINE_MS };
    const child = execFile(program, ["get"], options, (error, stdout) => {
      resolve({ failed: error ? reasonOf(error) : undefined, output: stdout });
    });
    child.stdin?.on("error", () => {}); // it may end without reading
    child.stdin?.end(input);
  });
}

function reasonOf({ code, killed }: { code?: unknown; killed?: boolean }): string {
  if (code === "ENOENT") return "there is no such program in PATH";
  if (killed) return `no answer within ${DEADLINE_MS / 1_000} s`;
  return typeof code === "number" ? `exit code ${code}` : String(code ?? "it was killed");
}

function parse(text: string): z.infer<typeof Answer> | undefined {
  try {
    return Answer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
