import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { followOpen, listOpen } from "../../../../lib/backends/process/open.ts";
import type { Observation } from "../../../../lib/runs/observation.ts";
import { anObservedRun } from "../../../support/observed.ts";

const OPEN = "zzzzzzzzzzzzzzz2";
const SETTLED = ["aaaaaaaaaaaaaaa2", "bbbbbbbbbbbbbbb2", "ccccccccccccccc2"];

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "slipway-open-"));
  for (const name of [...SETTLED, OPEN]) await mkdir(join(root, name));
  for (const name of SETTLED) await writeFile(join(root, name, "settled.json"), "{}");
});
afterEach(() => rm(root, { recursive: true, force: true }));

test.each([
  ["a list", listOpen],
  ["a list that is followed", followOpen],
])("%s reads nothing of the runs that are settled but that they are", async (_which, open) => {
  const stopping = new AbortController();
  const read: string[] = [];
  const look = async (path: string): Promise<Observation> => {
    read.push(basename(path));
    return { state: "pending", run: anObservedRun({ uid: basename(path) }), reason: "just made" };
  };

  const seen: string[] = [];
  for await (const { run } of open(root, look, stopping.signal)) {
    seen.push(run.uid);
    stopping.abort();
  }

  expect(seen).toEqual([OPEN]);
  expect(read).toEqual([OPEN]);
});
