import { afterAll, describe, expect, test } from "vitest";
import { anId } from "../../support/builders.ts";
import type { Call } from "./fault-proxy.ts";
import { FAULTS, type FaultKind } from "./faults.ts";
import type { Stage } from "./stage.ts";
import { runTrial, type Server, type TrialOptions } from "./trial.ts";

interface Pair {
  readonly server: Server;
  readonly call: Call;
  readonly fault: FaultKind;
}

type Scenario = Omit<TrialOptions, "id" | "plan">;

/**
 * Every call that one scenario makes × every fault. The calls are those of a run without faults just before, so a call
 * that is added to the code is covered the day it is written. Prints what became of each pair.
 */
export async function definePairs(
  stage: Stage,
  title: string,
  scenario: Scenario,
  only: (pair: Pair) => boolean = () => true,
): Promise<void> {
  const clean = await runTrial(stage, { ...scenario, id: anId() });
  const pairs = pairsOf(clean.calls).filter(only);
  const rows: string[] = [];

  describe(`${title} on ${stage.name}`, () => {
    test("keeps every promise where nothing goes wrong", () => {
      expect(clean.broken).toEqual([]);
    });

    test.concurrent.each(pairs.map((pair) => [nameOf(pair), pair] as const))(
      "keeps every promise where %s",
      { timeout: 120_000 },
      async (name, { server, call, fault }) => {
        const report = await runTrial(stage, {
          ...scenario,
          id: anId(),
          plan: (at, { index }) => (at === server && index === call.index ? fault : undefined),
        });

        rows.push(`${name}: ${report.state}${report.broken.length > 0 ? " BROKEN" : ""}`);
        expect(report.broken).toEqual([]);
      },
    );

    afterAll(async () => {
      console.log(
        [`${title} on ${stage.name}: ${pairs.length} pairs`, ...rows.sort()].join("\n  "),
      );
      await stage[Symbol.asyncDispose]();
    });
  });
}

function pairsOf(calls: Readonly<Record<Server, readonly Call[]>>): Pair[] {
  return (["queue", "engine"] as const).flatMap((server) =>
    calls[server].flatMap((call) => FAULTS.map((fault) => ({ server, call, fault }))),
  );
}

const nameOf = ({ server, call, fault }: Pair) =>
  `call ${call.index} of the ${server} (${call.operation ?? `${call.method} ${call.path.replace(/\?.*/, "")}`}) meets ${fault}`;
