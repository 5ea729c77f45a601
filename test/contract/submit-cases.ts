import { describe, expect, test } from "vitest";
import type { Arena } from "./arena.ts";

export function defineSubmitCases({ subject, launcher, run, submit, untilEnded, deadline }: Arena) {
  describe("submitting", () => {
    test("creates a run once and adopts it the second time", async () => {
      const what = run("exit 0");

      const first = await submit(launcher(), what);
      const second = await submit(launcher(), what);

      expect([first.outcome, second.outcome]).toEqual(["created", "adopted"]);
      expect(second.run.uid).toBe(first.run.uid);
      await untilEnded(launcher(), what);
      expect(await subject().countStarts(what.key)).toBe(1);
    });

    test("starts a run once when many launchers submit it at the same moment", async () => {
      const what = run("exit 0");
      const launchers = Array.from({ length: 4 }, () => launcher());

      const submissions = await Promise.all(
        launchers.flatMap((one) => [submit(one, what), submit(one, what)]),
      );

      expect(submissions.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
      expect(submissions.filter(({ outcome }) => outcome === "fenced")).toHaveLength(0);
      expect(new Set(submissions.map((one) => one.run.uid)).size).toBe(1);
      await untilEnded(launcher(), what);
      expect(await subject().countStarts(what.key)).toBe(1);
    });

    test("adopts a run that has ended, and does not start it again", async () => {
      const what = run("exit 0");
      await submit(launcher(), what);
      await untilEnded(launcher(), what);

      const again = await submit(launcher(), what);

      expect(again.outcome).toBe("adopted");
      expect(await subject().countStarts(what.key)).toBe(1);
    });

    test("refuses the same id with another content and leaves the first run alone", async () => {
      const what = run("exit 0");
      const other = run("exit 1", {}, what.key.id);
      await submit(launcher(), what);

      const refusal = launcher().submit(other, deadline());

      await expect(refusal).rejects.toMatchObject({ code: "Conflict", retryable: false });
      expect(await untilEnded(launcher(), what)).toMatchObject({ outcome: "completed" });
    });

    test("starts runs of different ids apart", async () => {
      const [one, other] = [run("exit 0"), run("exit 3")];

      const submissions = await Promise.all([submit(launcher(), one), submit(launcher(), other)]);

      expect(submissions.map(({ outcome }) => outcome)).toEqual(["created", "created"]);
      expect(await untilEnded(launcher(), one)).toMatchObject({ statusCode: 0 });
      expect(await untilEnded(launcher(), other)).toMatchObject({ statusCode: 3 });
    });

    test("describes the run with everything that publishing it needs", async () => {
      const env = { API_TOKEN: "s3cr3t-value", PLAIN: "plain-value" };
      const what = run("exit 0", {
        env,
        labels: { team: "data" },
        name: "My run",
        stream_output: false,
      });

      const submission = await submit(launcher(), what);
      const ended = await untilEnded(launcher(), what);

      for (const seen of [submission.run, ended.run]) {
        expect(seen).toMatchObject({ key: what.key, streamOutput: false, settled: false });
        expect(seen.labels).toMatchObject({ team: "data" });
        expect(seen.secrets).toContain("s3cr3t-value");
        expect(seen.secrets).not.toContain("plain-value");
        expect(new Date(seen.createdAt).toISOString()).toBe(seen.createdAt);
        expect(seen.source).toMatch(/^\/[a-z]+\/./);
      }
      expect(ended.run).toMatchObject({
        uid: submission.run.uid,
        source: submission.run.source,
        createdAt: submission.run.createdAt,
      });
    });

    test("gives the command its environment: the base, the request's own, what names the run", async () => {
      const script =
        'env | grep \'^GONE=\' && exit 1; test "$BASE,$OWN,$SLIPWAY_RUN_ID" = "b,o,$EXPECTED_ID" && exit 5';
      const drafted = run(script, { env: { OWN: "o", GONE: null } });
      const spec = { ...drafted.spec, env: { ...drafted.spec.env, EXPECTED_ID: drafted.key.id } };
      const what = { ...drafted, spec, baseEnvironment: { BASE: "b", OWN: "base", GONE: "base" } };

      await submit(launcher(), what);

      expect(await untilEnded(launcher(), what)).toMatchObject({ statusCode: 5 });
    });

    test("previews without a secret and without asking for anything", async () => {
      const what = run("exit 0", { env: { API_TOKEN: "s3cr3t-value" } });

      const { text } = launcher().preview(what);

      expect(text).toContain("exit 0");
      expect(text).toContain("API_TOKEN");
      expect(text).not.toContain("s3cr3t-value");
      expect(await subject().leftovers(what.key)).toEqual([]);
    });
  });
}
