import { findSecrets } from "../../../runs/find-secrets.ts";
import type { Observation, ObservedRun } from "../../../runs/observation.ts";
import type { Target } from "../../../runs/run.ts";
import type { Container } from "../api/engine-answers.ts";
import { type RunFacts, readFacts } from "../labels.ts";
import type { Sighting } from "../look/survey.ts";
import type { Marked } from "../marks.ts";
import { markName } from "../names.ts";
import type { Evidence } from "./judge.ts";

/** A run of which more could not be learned. undefined where it is none of ours. */
export function unknownOf(
  { name, marks, listed }: Sighting,
  target: Target,
  reason: string,
): Observation | undefined {
  const mark = marks.open ?? marks.stop;
  const facts = (listed && readFacts(listed.Labels)) ?? mark?.facts;
  if (!facts) return undefined;
  const run = {
    ...describe(facts, { name, marks, container: undefined }, target),
    uid: listed?.Id ?? mark?.containerId ?? markName(name, "stop"),
    revision: "",
    secrets: [],
    createdAt: toIso(mark?.say("created") ?? mark?.createdAt ?? new Date(0).toISOString()),
  };
  return { state: "unknown", run, reason };
}

export function runOf(
  facts: RunFacts,
  { Id, Created, Config, State }: Container,
  evidence: Evidence,
  target: Target,
): ObservedRun {
  return {
    ...describe(facts, evidence, target),
    uid: Id,
    revision: `${State.Status} ${State.StartedAt} ${State.FinishedAt}`,
    secrets: findSecrets([Config.Env, Config.Cmd, Config.Entrypoint]),
    traceparent: variablesIn(Config.Env).TRACEPARENT,
    createdAt: toIso(Created),
  };
}

export function runOfMark(mark: Marked, evidence: Evidence, target: Target): ObservedRun {
  return {
    ...describe(mark.facts, evidence, target),
    uid: mark.containerId ?? markName(evidence.name, "stop"),
    revision: "",
    secrets: [],
    createdAt: toIso(mark.say("created") ?? mark.createdAt),
  };
}

function describe(facts: RunFacts, { name, marks }: Evidence, target: Target) {
  return {
    key: { id: facts.id, hash: facts.hash, target, name: facts.name, namespace: undefined },
    identifier: name,
    source: `/docker/${target.name}`,
    labels: facts.labels,
    streamOutput: facts.streamOutput,
    settled: marks.done !== undefined,
    warnings: facts.warnings,
  };
}

/** An environment as a container has it: `NAME=value`. */
function variablesIn(env: readonly string[]): Record<string, string> {
  const entries = env.map((entry) => {
    const at = entry.indexOf("=");
    return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}

/** The engine writes nanoseconds; year 1 stands for never. */
export const toIso = (time: string): string => new Date(time).toISOString();

export const timeOf = (time: string): string | undefined =>
  time.startsWith("0001-") ? undefined : toIso(time);
