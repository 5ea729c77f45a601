import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../../../lib/runs/result.ts";
import { anId } from "../../../support/builders.ts";
import { aRecord } from "../../../support/records.ts";
import { createHostileBench, type HostileBench } from "./hostile-bench.ts";

/** Stands wherever an input has a secret; it must come out nowhere. */
export const CANARY = "c4n4ry-0f-the-test";

export interface BadInput {
  /** What it is, with its number in the list of hostile inputs. */
  readonly name: string;
  /** The body, or a request that is written as JSON. */
  readonly sent: string | Record<string, unknown>;
  /** Of one of its problems; where undefined, the message alone tells. */
  readonly path?: string;
  readonly message: RegExp;
  readonly code?: string;
  readonly attributes?: Record<string, string>;
}

/** A request of one kind whose id no other has. */
export const request = (infrastructure: unknown, id = anId()) => ({ id, infrastructure });

/**
 * All of them in one batch with two good neighbours: each becomes one rejected result that names field, value and
 * expectation, every message is acknowledged, the neighbours run, nothing else is started and no secret comes out.
 */
export function describeBadInputs(
  title: string,
  config: Record<string, unknown>,
  inputs: readonly BadInput[],
): void {
  describe(title, () => {
    let bench: HostileBench;
    let wentBack: string[];
    const sent = inputs.map((input) => {
      const body = typeof input.sent === "string" ? input.sent : JSON.stringify(input.sent);
      return { ...input, record: aRecord(body, input.attributes) };
    });
    const neighbours = [anId(), anId()];

    beforeAll(async () => {
      bench = await createHostileBench(config);
      const [first, last] = neighbours.map((id) =>
        aRecord(JSON.stringify(request({ type: "process", command: ["true"] }, id))),
      );
      if (!first || !last) throw new Error("there are two neighbours");
      wentBack = await bench.send([first, ...sent.map(({ record }) => record), last]);
    });
    afterAll(() => bench[Symbol.asyncDispose]());

    test.each(sent)("$name", ({ record, path, message, code = "Invalid" }) => {
      const results = bench.published.filter((result) => isAbout(result, record));

      expect(wentBack).not.toContain(record.messageId);
      expect(results.map(({ data }) => [data.state, data.cause?.code])).toEqual([
        ["rejected", code],
      ]);
      expect(results[0]?.data.cause?.message).toMatch(message);
      if (path !== undefined)
        expect(results[0]?.data.problems.map((problem) => problem.path)).toContain(path);
    });

    test("their neighbours run, and nothing else does", async () => {
      const submitted = bench.published.filter(({ data }) => data.state === "submitted");

      expect(submitted.map(({ subject }) => subject).sort()).toEqual([...neighbours].sort());
      expect(await bench.runs()).toBe(neighbours.length);
      expect(bench.asked).toEqual([]);
      expect(wentBack).toEqual([]);
    });

    test("no secret of theirs is in a result or in the log", () => {
      expect(JSON.stringify(bench.published)).not.toContain(CANARY);
      expect(bench.logged.join("\n")).not.toContain(CANARY);
    });
  });
}

/** By the message's own id where that of a run could not be read. */
function isAbout({ subject }: Result, { messageId, body }: { messageId: string; body: string }) {
  return subject === messageId || (subject.length > 0 && body.includes(JSON.stringify(subject)));
}
