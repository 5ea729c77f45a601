import { describe, expect, test } from "vitest";
import { type Arena, collect } from "./arena.ts";

const LARGE_BYTES = 300_000;

export function defineOutputCases(arena: Arena) {
  const { subject, launcher, run, submit, untilState, untilEnded, settle, deadline, moment } =
    arena;

  const endedRun = async (script: string) => {
    const what = run(script);
    await submit(launcher(), what);
    return untilEnded(launcher(), what);
  };

  describe("output", () => {
    test("holds what the command wrote to both of its streams", async () => {
      const { run: seen } = await endedRun("echo out; echo err >&2");

      const output = await collect(launcher().output(seen, { signal: deadline() }));

      expect(String(output).split("\n").sort()).toEqual(["", "err", "out"]);
    });

    test("is empty where the command wrote nothing", async () => {
      const { run: seen } = await endedRun("exit 0");

      const output = await collect(launcher().output(seen, { signal: deadline(), tailBytes: 100 }));

      expect(output).toHaveLength(0);
    });

    test("comes as the bytes that were written, whether text or not", async () => {
      const { run: seen } = await endedRun("printf 'a\\377\\376\\000\\303b\\n'");

      const output = await collect(launcher().output(seen, { signal: deadline() }));

      const written = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0xc3, 0x62, 0x0a]);
      if (subject().outputIsText) expect(String(output)).toBe(String(written));
      else expect(output).toEqual(written);
    });

    test("gives its end where only that is asked for", async () => {
      const script = `head -c ${LARGE_BYTES} /dev/zero | tr '\\0' x; echo; echo END`;
      const { run: seen } = await endedRun(script);

      const tail = await collect(launcher().output(seen, { signal: deadline(), tailBytes: 1_000 }));
      const all = await collect(launcher().output(seen, { signal: deadline() }));

      expect(tail.length).toBeLessThanOrEqual(1_000);
      expect(tail.length).toBeGreaterThan(900);
      expect(String(tail)).toMatch(/x\nEND\n$/);
      expect(all).toHaveLength(LARGE_BYTES + 5);
    });

    test("can still be read after the run is settled", async () => {
      const ended = await endedRun("echo kept");
      await settle(launcher(), ended);

      const output = await collect(launcher().output(ended.run, { signal: deadline() }));

      expect(String(output)).toBe("kept\n");
    });

    test("is followed from its beginning to the run's end", async () => {
      const what = run(`echo one; sleep ${moment()}; echo two`);
      await submit(launcher(), what);
      const { run: seen } = await untilState(launcher(), what, "running");

      const output = await collect(launcher().output(seen, { signal: deadline(), follow: true }));

      expect(String(output)).toBe("one\ntwo\n");
    });

    test("stops being followed when the reader has enough", async () => {
      const what = run(`echo one; sleep ${2 * moment()}; echo two`);
      await submit(launcher(), what);
      const { run: seen } = await untilState(launcher(), what, "running");
      const enough = new AbortController();
      let output = "";

      const follow = launcher().output(seen, { signal: enough.signal, follow: true });
      for await (const { bytes } of follow) {
        output += Buffer.from(bytes).toString();
        enough.abort();
      }

      expect(output).toBe("one\n");
      await untilEnded(launcher(), what);
    });
  });
}
