import { describe, expect, test } from "vitest";
import type { Ended } from "../../lib/runs/observation.ts";
import type { Run } from "../../lib/runs/run.ts";
import type { Arena } from "./arena.ts";

export function defineFollowCases(arena: Arena) {
  const { subject, launcher, run, submit, untilState, moment } = arena;

  /** Follows the target until a run's end is news. */
  const followedEnd = async (what: Run, onFollowing: () => Promise<unknown> = async () => {}) => {
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(subject().patienceMs)]);
    const following = launcher().open(subject().target, { signal, follow: true });
    const begun = onFollowing();
    let ended: Ended | undefined;
    for await (const seen of following) {
      if (seen.run.key.id !== what.key.id || seen.state !== "ended") continue;
      ended = seen;
      enough.abort();
    }
    await begun;
    return ended;
  };

  describe("following", () => {
    test("brings the end of a run that was running when it began", async () => {
      const what = run(`sleep ${moment() + 4}; exit 5`);
      await submit(launcher(), what);
      await untilState(launcher(), what, "running");

      expect(await followedEnd(what)).toMatchObject({ outcome: "failed", statusCode: 5 });
    });

    test("brings the end of a run that was submitted after it began", async () => {
      const what = run("exit 6");

      const ended = await followedEnd(what, () => submit(launcher(), what));

      expect(ended).toMatchObject({ outcome: "failed", statusCode: 6 });
    });

    test("returns normally when it is told to stop", async () => {
      const stop = new AbortController();
      const following = launcher().open(subject().target, { signal: stop.signal, follow: true });

      const over = (async () => {
        for await (const _ of following);
      })();
      stop.abort();

      await expect(over).resolves.toBeUndefined();
    });
  });
}
