import { describe, expect, test } from "vitest";
import { type Arena, CANCEL } from "./arena.ts";

export function defineRetentionCases(arena: Arena) {
  const { subject, launcher, run, submit, listed, untilEnded, settle, until, deadline } = arena;

  const removed = (key: ReturnType<typeof run>["key"]) =>
    until(`nothing of ${key.id} is left`, async () => {
      await launcher({ retentionSeconds: 0 }).sweep(subject().target, deadline());
      return (await subject().leftovers(key)).length === 0;
    });

  describe("retention", () => {
    test("removes everything of a settled run once it is over", async () => {
      const what = run("exit 0");
      const watcher = launcher({ retentionSeconds: 0 });
      await submit(watcher, what);
      await settle(watcher, await untilEnded(watcher, what));

      await removed(what.key);

      expect(await launcher().find(subject().target, what.key.id, deadline())).toBeUndefined();
    });

    test("removes a settled tombstone once it is over", async () => {
      const what = run("exit 0");
      const watcher = launcher({ retentionSeconds: 0 });
      await watcher.cancel(what.key, CANCEL, deadline());
      await settle(watcher, await untilEnded(watcher, what));

      await removed(what.key);

      expect(await launcher().find(subject().target, what.key.id, deadline())).toBeUndefined();
    });

    test("takes nothing of a run whose result is not out", async () => {
      const [ended, tombstone] = [run("exit 0"), run("exit 0")];
      const watcher = launcher({ retentionSeconds: 0 });
      await submit(watcher, ended);
      await untilEnded(watcher, ended);
      await watcher.cancel(tombstone.key, CANCEL, deadline());

      await watcher.sweep(subject().target, deadline());

      expect(await listed(launcher(), ended)).toMatchObject({ outcome: "completed" });
      expect(await listed(launcher(), tombstone)).toMatchObject({ outcome: "cancelled" });
    });

    test("keeps a settled run as long as it says", async () => {
      const what = run("exit 0");
      const watcher = launcher({ retentionSeconds: 3_600 });
      await submit(watcher, what);
      await settle(watcher, await untilEnded(watcher, what));

      await watcher.sweep(subject().target, deadline());

      expect(await submit(launcher(), what)).toMatchObject({ outcome: "adopted" });
    });

    test("settles a run that is gone already without complaint", async () => {
      const what = run("exit 0");
      const watcher = launcher({ retentionSeconds: 0 });
      await submit(watcher, what);
      const ended = await untilEnded(watcher, what);
      await settle(watcher, ended);
      await removed(what.key);

      await expect(settle(launcher(), ended)).resolves.toBeUndefined();
    });

    test("sweeps what a crashed launcher left without an owner", async ({ skip }) => {
      const { leaveOrphan } = subject();
      if (!leaveOrphan) return skip("a launcher that dies here leaves nothing ownerless");
      const orphan = await leaveOrphan();

      await until("the orphan is gone", async () => {
        await launcher({ launcherTimeoutMs: 1 }).sweep(subject().target, deadline());
        return !(await orphan.exists());
      });

      expect(await orphan.exists()).toBe(false);
    });
  });
}
