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

/** `SLIPWAY_FAULTS=all` (`npm run faults`) takes every call and every fault, which is hours of engine time. */
const IS_WHOLE = process.env.SLIPWAY_FAULTS === "all";

/**
 * Every call that one scenario makes × every fault: by default the first and the last call of each kind, and the given
 * faults. The calls are those of a run without faults just before, so a call
 * that is added to the code is covered the day it is written. Prints what became of each pair.
 */
export async function definePairs(
  stage: Stage,
  title: string,
  scenario: Scenario,
  faults: readonly FaultKind[] = FAULTS,
): Promise<void> {
  const clean = await runTrial(stage, { ...scenario, id: anId() });
  const pairs = pairsOf(clean.calls, IS_WHOLE ? FAULTS : faults);
  const rows: string[] = [];

  describe(`${title} on ${stage.name}`, () => {
    test("keeps every promise where nothing goes wrong", () => {
      expect(clean.broken).toEqual([]);
    });

    const chain = stage.concurrent ? test.concurrent : test;
    chain.each(pairs.map((pair) => [nameOf(pair), pair] as const))(
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

function pairsOf(
  calls: Readonly<Record<Server, readonly Call[]>>,
  faults: readonly FaultKind[],
): Pair[] {
  return (["queue", "engine"] as const).flatMap((server) => {
    const chosen = IS_WHOLE ? calls[server] : firstAndLast(calls[server]);
    return chosen.flatMap((call) => faults.map((fault) => ({ server, call, fault })));
  });
}

/** A sweep makes the same calls as the one before it. */
function firstAndLast(calls: readonly Call[]): readonly Call[] {
  const kinds = Map.groupBy(calls, kindOf);
  return [...kinds.values()].flatMap((same) => [...new Set([same[0], same.at(-1)])].filter(isCall));
}

const isCall = (call: Call | undefined): call is Call => call !== undefined;

/** A call without what differs from run to run: names, ids and queries. */
const kindOf = ({ operation, method, path }: Call) =>
  operation ??
  `${method} ${path
    .replace(/\?.*/, "")
    .replace(/[0-9a-f]{64}/g, "ID")
    .replace(/[a-z2-7]{16}(-[a-z0-9]{5})?/g, "HASH")
    .replace(/slipway-test-[0-9a-f]+/g, "NAMESPACE")}`;

const nameOf = ({ server, call, fault }: Pair) =>
  `call ${call.index} of the ${server} (${kindOf(call)}) meets ${fault}`;
