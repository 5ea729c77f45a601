import { describe, expect, test } from "vitest";
import type { Run } from "../../lib/runs/run.ts";
import type { Arena } from "./arena.ts";

/** More calls than any submit needs: a subject that never finishes is broken. */
const MAX_CALLS = 60;

/** Each case submits once for every call that a submit makes. */
const LONG = { timeout: 600_000 };

/** So short that whoever began the submission counts as dead at once. */
const IMPATIENT = { launcherTimeoutMs: 1 };

export function defineCrashCases(arena: Arena) {
  const { subject, launcher, run, submit, listed, untilEnded, until, deadline } = arena;

  /** One run for every number of calls after which its launcher can die. */
  async function* launcherDeaths(script: string): AsyncGenerator<Run> {
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const what = run(script);
      const fate = await subject().submitKilledAfter(what, calls, IMPATIENT);
      yield what;
      if (fate === "finished") return;
    }
    throw new Error(`submit made more than ${MAX_CALLS} calls`);
  }

  describe("a launcher killed between any two calls of submit", () => {
    test("is made up for by the redelivery, and the run happens once", LONG, async () => {
      for await (const what of launcherDeaths("exit 0")) {
        const again = await submit(launcher(IMPATIENT), what);

        expect(["created", "adopted"]).toContain(again.outcome);
        expect(await untilEnded(launcher(IMPATIENT), what)).toMatchObject({
          outcome: "completed",
          run: { uid: again.run.uid },
        });
        expect(await subject().countStarts(what.key)).toBe(1);
      }
    });

    test(
      "is made up for by the watcher alone wherever anything of the run exists",
      LONG,
      async () => {
        for await (const what of launcherDeaths("exit 0")) {
          const end = await until(`${what.key.id} has ended or never was`, async () => {
            const seen = await listed(launcher(IMPATIENT), what);
            if (seen?.state === "ended") return seen;
            const found = await launcher().find(subject().target, what.key.id, deadline());
            return found === undefined ? "never was" : undefined;
          });

          if (end === "never was") expect(await subject().countStarts(what.key)).toBe(0);
          else {
            expect(end).toMatchObject({ outcome: "completed" });
            expect(await subject().countStarts(what.key)).toBe(1);
          }
        }
      },
    );

    test("lets a fence after it win or find the run, never both", LONG, async () => {
      for await (const what of launcherDeaths("exit 0")) {
        const fence = { graceSeconds: 0, reason: "SubmissionFailed", message: "gave up" } as const;

        const { outcome } = await launcher(IMPATIENT).cancel(what.key, fence, deadline());

        const ended = await untilEnded(launcher(IMPATIENT), what);
        const starts = await subject().countStarts(what.key);
        if (outcome === "fenced") expect([ended.outcome, starts]).toEqual(["crashed", 0]);
        else expect([ended.outcome, starts]).toEqual(["completed", 1]);
      }
    });
  });
}
