import { describe, expect, test } from "vitest";
import { type Arena, CANCEL, collect, FENCE } from "./arena.ts";

const STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.2; done";
const POLITE = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.2; done";

export function defineCancelCases(arena: Arena) {
  const { subject, launcher, run, submit, listed, untilState, untilEnded, until, deadline } = arena;
  const { settle, moment } = arena;

  const started = async (script: string) => {
    const what = run(script);
    await submit(launcher(), what);
    const { run: seen } = await untilState(launcher(), what, "running");
    await until("its handlers are set", async () =>
      String(await collect(launcher().output(seen, { signal: deadline() }))).includes("ready"),
    );
    return { what, seen };
  };

  describe("cancelling", () => {
    test("ends a running run with the polite signal first", async () => {
      const { what, seen } = await started(POLITE);

      const { outcome } = await launcher().cancel(what.key, CANCEL, deadline());

      expect(outcome).toBe("stopping");
      const ended = await untilEnded(launcher(), what);
      expect(ended).toMatchObject({ outcome: "cancelled", cause: { code: "Cancelled" } });
      expect(ended.run.uid).toBe(seen.uid);
      if (!subject().keepsOutputOfCancelled) return;
      const output = await collect(launcher().output(ended.run, { signal: deadline() }));
      expect(String(output)).toContain("bye");
    });

    test("ends a run that ignores the polite signal once the grace is over", async () => {
      const { what } = await started(STUBBORN);

      await launcher().cancel(what.key, { ...CANCEL, graceSeconds: 1 }, deadline());

      expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "cancelled" });
    });

    test("may be asked for again by anybody", async () => {
      const { what } = await started(POLITE);
      await launcher().cancel(what.key, CANCEL, deadline());

      const again = await launcher().cancel(what.key, CANCEL, deadline());
      const ended = await untilEnded(launcher(), what);
      const late = await launcher().cancel(what.key, CANCEL, deadline());

      expect(["stopping", "ended"]).toContain(again.outcome);
      expect(ended).toMatchObject({ outcome: "cancelled" });
      expect(late.outcome).toBe("ended");
    });

    test("changes nothing about a run that has ended, settled or not", async () => {
      const what = run("exit 0");
      await submit(launcher(), what);
      const ended = await untilEnded(launcher(), what);

      const before = await launcher().cancel(what.key, CANCEL, deadline());
      const listedAfter = await listed(launcher(), what);
      await settle(launcher(), ended);
      const after = await launcher().cancel(what.key, CANCEL, deadline());

      expect([before.outcome, after.outcome]).toEqual(["ended", "ended"]);
      expect(listedAfter).toMatchObject({ state: "ended", outcome: "completed" });
    });

    test("stops the second run of one id as rejected", async () => {
      const { what } = await started(POLITE);
      const conflict = { ...CANCEL, reason: "Conflict", message: "its id runs elsewhere" } as const;

      await launcher().cancel(what.key, conflict, deadline());

      expect(await untilEnded(launcher(), what)).toMatchObject({
        outcome: "rejected",
        cause: { code: "Conflict", message: expect.stringContaining("its id runs elsewhere") },
      });
    });
  });

  describe("fencing", () => {
    test("keeps a run that was cancelled before it was submitted from ever starting", async () => {
      const what = run("exit 0");

      const { outcome } = await launcher().cancel(what.key, CANCEL, deadline());
      const submission = await submit(launcher(), what);

      expect([outcome, submission.outcome]).toEqual(["fenced", "fenced"]);
      const ended = await untilEnded(launcher(), what);
      expect(ended).toMatchObject({
        outcome: "cancelled",
        statusCode: -1,
        attempts: 0,
        cause: { code: "Cancelled" },
        run: { key: { id: what.key.id, hash: what.key.hash }, uid: submission.run.uid },
      });
      expect(await subject().countStarts(what.key)).toBe(0);
    });

    test("shows the tombstone until it is settled, and holds the name after", async () => {
      const what = run("exit 0");
      await launcher().cancel(what.key, CANCEL, deadline());
      const ended = await untilEnded(launcher(), what);

      await settle(launcher(), ended);
      await settle(launcher(), ended);

      expect(await listed(launcher(), what)).toBeUndefined();
      expect(await submit(launcher(), what)).toMatchObject({
        outcome: "fenced",
        run: { settled: true },
      });
      expect(await subject().countStarts(what.key)).toBe(0);
    });

    test("twice is once", async () => {
      const what = run("exit 0");
      await launcher().cancel(what.key, CANCEL, deadline());
      const first = await untilEnded(launcher(), what);

      const again = await launcher().cancel(what.key, FENCE, deadline());

      expect(["fenced", "ended"]).toContain(again.outcome);
      expect(await listed(launcher(), what)).toEqual(first);
    });

    test("ends a submission that never got through as crashed", async () => {
      const what = run("exit 0");

      const { outcome } = await launcher().cancel(what.key, FENCE, deadline());

      expect(outcome).toBe("fenced");
      expect(await untilEnded(launcher(), what)).toMatchObject({
        outcome: "crashed",
        cause: { code: "SubmissionFailed", message: expect.stringContaining(FENCE.message) },
      });
    });

    test("leaves a run alone that exists after all", async () => {
      const { what } = await started(`echo ready; sleep ${moment() + 6}; exit 4`);

      const { outcome } = await launcher().cancel(what.key, FENCE, deadline());

      expect(outcome).toBe("exists");
      expect(await untilEnded(launcher(), what)).toMatchObject({ statusCode: 4 });
    });

    test("lets either the fence or the run win when both come at once, never both", async () => {
      const what = run("exit 0");

      const [submission, cancellation] = await Promise.all([
        submit(launcher(), what),
        until("the cancel gets through", async (signal) =>
          launcher()
            .cancel(what.key, CANCEL, signal)
            .catch((error) => (error.retryable ? undefined : Promise.reject(error))),
        ),
      ]);

      const ended = await untilEnded(launcher(), what);
      const starts = await subject().countStarts(what.key);
      if (cancellation.outcome === "fenced") {
        expect([submission.outcome, ended.outcome, starts]).toEqual(["fenced", "cancelled", 0]);
      } else {
        expect(submission.outcome).toBe("created");
        expect(["completed", "cancelled"]).toContain(ended.outcome);
        expect(starts).toBeLessThanOrEqual(1);
      }
    });
  });
}
