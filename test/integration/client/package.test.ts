import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..", "..");
const modules = join(root, "node_modules");

/** All that senders and receivers need to have beside the client before the first message is sent. */
const NEEDED = ["zod", "@sindresorhus/transliterate", "transliteration", "fastest-levenshtein"];

let place: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-client-"));
  await mkdir(join(place, "node_modules", "@sindresorhus"), { recursive: true });
  for (const name of NEEDED) await symlink(join(modules, name), join(place, "node_modules", name));
  await run(join(modules, ".bin", "tsc"), ["-p", "tsconfig.build.json", "--outDir", place], {
    cwd: root,
  });
});

afterAll(() => rm(place, { recursive: true, force: true }));

test("the built client loads in plain Node with nothing of AWS, and refuses what Slipway refuses", async () => {
  const script = `
    import { createClient } from "./client/index.js";
    const client = createClient({ queueUrl: "http://127.0.0.1:1/queue" });
    await client.run({ id: "", infrastructure: "nightly" }).catch((error) => console.log(error.message));
  `;

  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    cwd: place,
  });

  expect(stdout).toBe('id: expected 1 to 128 characters, got ""\n');
});
