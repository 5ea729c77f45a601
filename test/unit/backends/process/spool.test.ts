import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSpool } from "../../../../lib/backends/process/spool.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "slipway-spool-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const kept = async () => {
  const names = (await readdir(directory)).sort();
  return Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
};

test("keeps everything of a short output", async () => {
  const spool = createSpool(directory, 10);

  await spool.write(Buffer.from("abc"));
  await spool.write(Buffer.from("def"));
  await spool.close();

  expect(await kept()).toEqual(["abcdef"]);
});

test("keeps the last two segments of a long one", async () => {
  const spool = createSpool(directory, 3);

  for (const letters of ["abc", "def", "ghi", "jk"]) await spool.write(Buffer.from(letters));
  await spool.close();

  expect(await kept()).toEqual(["ghi", "jk"]);
});

test("makes no file where nothing was written", async () => {
  await createSpool(directory).close();

  expect(await kept()).toEqual([]);
});

test("drops what cannot be written and says why", async () => {
  const spool = createSpool(join(directory, "missing"), 3);

  await spool.write(Buffer.from("abc"));
  await spool.close();

  expect(spool.problem).toContain("ENOENT");
});
