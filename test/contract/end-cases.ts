import { describe, expect, test } from "vitest";
import type { Arena } from "./arena.ts";

export function defineEndCases(arena: Arena) {
  const { subject, launcher, run, submit, listed, untilState, untilEnded, until, deadline } = arena;
  const { moment } = arena;

  describe("observing", () => {
    test("shows a run running, then ended, in every list until it is settled", async () => {
      const what = run(`trap 'exit 0' TERM; sleep ${moment()}`);
      await submit(launcher(), what);

      const running = await untilState(launcher(), what, "running");
      const ended = await untilEnded(launcher(), what);
      const again = await listed(launcher(), what);

      expect(Date.parse(running.startedAt)).not.toBeNaN();
      expect(ended.startedAt).toBe(running.startedAt);
      expect(again).toEqual(ended);
    });

    test.each([
      [0, "completed", null],
      [7, "failed", { code: "Exit", blame: "workload" }],
      [126, "failed", { code: "Exit" }],
      [137, "failed", { blame: "workload" }],
      [143, "failed", { blame: "workload" }],
      [255, "failed", { code: "Exit" }],
    ])("judges exit code %i as %s", async (code, outcome, cause) => {
      const what = run(`exit ${code}`);
      await submit(launcher(), what);

      const ended = await untilEnded(launcher(), what);

      expect(ended).toMatchObject({ outcome, statusCode: code, cause, attempts: 1 });
      expect(Date.parse(ended.finishedAt ?? "")).toBeGreaterThanOrEqual(
        Date.parse(ended.startedAt ?? ""),
      );
    });

    test("judges a death by signal as a failure", async ({ skip }) => {
      const death = subject().deathBySignal;
      if (!death) return skip("this engine's first process cannot die of a signal of its own");
      const what = run(death.script);
      await submit(launcher(), what);

      const ended = await untilEnded(launcher(), what);

      expect(ended).toMatchObject({ outcome: "failed", statusCode: death.statusCode });
      expect(ended.cause?.hint).not.toBe("");
    });

    test("stops a run at its deadline and says so", async () => {
      const what = run("sleep 600", { timeout_seconds: 1 });
      await submit(launcher(), what);

      const ended = await untilEnded(launcher(), what);

      expect(ended).toMatchObject({ outcome: "failed", cause: { code: "DeadlineExceeded" } });
    });

    test("reports a run that was taken away as removed", async ({ skip }) => {
      const { removeByHand } = subject();
      if (!removeByHand) return skip("nothing on this engine could show it");
      const what = run("sleep 600");
      await submit(launcher(), what);
      const { run: seen } = await untilState(launcher(), what, "running");

      await removeByHand(seen);

      expect(await untilEnded(launcher(), what)).toMatchObject({
        outcome: "crashed",
        cause: { code: "Removed" },
        run: { uid: seen.uid },
      });
    });

    test("says unknown of a run that it cannot read and shows the others", async ({ skip }) => {
      const { breakRun } = subject();
      if (!breakRun) return skip("nothing on this engine can be made unreadable");
      const [broken, whole] = [run("exit 0"), run("exit 0")];
      const { run: seen } = await submit(launcher(), broken);
      await submit(launcher(), whole);
      await untilEnded(launcher(), broken);

      await breakRun(seen);

      expect(await untilEnded(launcher(), whole)).toMatchObject({ outcome: "completed" });
      await until("the broken run is unknown", async () => {
        const states: string[] = [];
        for await (const one of launcher().open(subject().target, { signal: deadline() }))
          if (one.run.uid === seen.uid) states.push(one.state);
        return states.length === 1 && states[0] === "unknown";
      });
    });

    test("knows nothing of an id that was never submitted", async () => {
      const found = await launcher().find(subject().target, "never-submitted", deadline());

      expect(found).toBeUndefined();
    });
  });
}
