import { describe, expect, test } from "vitest";
import type { Arena } from "./arena.ts";

export function defineSettleCases(arena: Arena) {
  const { subject, launcher, run, submit, listed, untilEnded, settle, deadline } = arena;

  const settled = async () => {
    const what = run("exit 7");
    await submit(launcher(), what);
    const ended = await untilEnded(launcher(), what);
    await settle(launcher(), ended);
    return { what, ended };
  };

  describe("settling", () => {
    test("takes a run off the list, and twice is fine", async () => {
      const { what, ended } = await settled();

      await settle(launcher(), ended);

      expect(await listed(launcher(), what)).toBeUndefined();
    });

    test("keeps a settled run to be found by its id", async () => {
      const { what, ended } = await settled();

      const found = await launcher().find(subject().target, what.key.id, deadline());

      expect(found).toMatchObject({
        state: "ended",
        statusCode: 7,
        run: { settled: true, uid: ended.run.uid },
      });
    });

    test("lets a redelivery find the settled run instead of running it again", async () => {
      const { what, ended } = await settled();

      const again = await submit(launcher(), what);

      expect(again).toMatchObject({
        outcome: "adopted",
        run: { settled: true, uid: ended.run.uid },
      });
      expect(await listed(launcher(), what)).toBeUndefined();
      expect(await subject().countStarts(what.key)).toBe(1);
    });

    test("still refuses another content under a settled run's id", async () => {
      const { what } = await settled();

      const refusal = launcher().submit(run("exit 1", {}, what.key.id), deadline());

      await expect(refusal).rejects.toMatchObject({ code: "Conflict", retryable: false });
    });

    test("finds a run that is not settled, too", async () => {
      const what = run("exit 0");
      const { run: submitted } = await submit(launcher(), what);

      const found = await launcher().find(subject().target, what.key.id, deadline());

      expect(found?.run).toMatchObject({ uid: submitted.uid, settled: false });
      await untilEnded(launcher(), what);
    });
  });
}
