import { execFileSync } from "node:child_process";
import { access, chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  makeWorkingDirectory,
  removeWorkingDirectory,
} from "../../../../lib/backends/process/working-directory.ts";

const NOBODY = 65_534;
let place: string;
let path: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "slipway-unit-"));
  path = join(place, "working");
});
afterEach(async () => {
  execFileSync("chmod", ["-R", "u+rwx", place]);
  await rm(place, { recursive: true, force: true });
});

/** Root may remove anything: what others may not is tried as somebody else. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  await chown(place, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

test("removes what the command made read-only, and follows no link on the way", () =>
  asOrdinaryUser(async () => {
    const treasure = join(place, "treasure");
    await mkdir(treasure);
    await writeFile(join(treasure, "kept"), "");
    await chmod(treasure, 0o500);
    await makeWorkingDirectory(path);
    await mkdir(join(path, "deep", "deeper"), { recursive: true });
    await writeFile(join(path, "deep", "deeper", "file"), "");
    await symlink(treasure, join(path, "link"));
    for (const one of ["deep/deeper", "deep"]) await chmod(join(path, one), 0o100);

    await removeWorkingDirectory(path);

    await expect(access(path)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(access(join(treasure, "kept"))).resolves.not.toThrow();
  }));

test("is removed twice without complaint, and made twice not at all", async () => {
  await makeWorkingDirectory(path);

  await expect(makeWorkingDirectory(path)).rejects.toMatchObject({ code: "EEXIST" });
  await removeWorkingDirectory(path);
  await removeWorkingDirectory(path);
});
