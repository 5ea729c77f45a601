import * as z from "zod/mini";
import { canonicalJson } from "../../runs/canonical-json.ts";
import type { DockerContainerSpec } from "../../runs/infrastructure.ts";
import type { Run } from "../../runs/run.ts";

/** What is ours among the labels; nobody else may set any. */
export const OUR_PREFIX = "dev.slipway.";
export const RUN_LABEL = `${OUR_PREFIX}run`;
/** On the marks of a run whose result is not out. */
export const OPEN_LABEL = `${OUR_PREFIX}open`;
/** On marks only: which one it is. */
export const MARK_LABEL = `${OUR_PREFIX}mark`;
/** On marks only: the id of the container it speaks of. */
export const CONTAINER_LABEL = `${OUR_PREFIX}container`;

const VERSION = "1";

/** A label as Docker would have it: `a.b/c` becomes `b.a.c`, the namespace's parts in reverse (Prefect 2.2's rule). */
export function dockerLabelKey(key: string): string {
  const slash = key.indexOf("/");
  if (slash < 0) return key;
  const namespace = key.slice(0, slash).split(".").reverse().join(".");
  return `${namespace}.${key.slice(slash + 1)}`;
}

/** What a container, or a mark in its stead, says of its run. */
export interface RunFacts {
  readonly hash: string;
  readonly id: string;
  readonly digest: string | undefined;
  readonly name: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly streamOutput: boolean;
  readonly autoRemove: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly networks: readonly string[];
  readonly warnings: readonly string[];
}

export function factsOf(
  run: Pick<Run<DockerContainerSpec>, "key" | "spec" | "digest">,
  warnings: readonly string[],
): RunFacts {
  const { key, spec, digest } = run;
  return {
    hash: key.hash,
    id: key.id,
    digest,
    name: key.name,
    labels: spec.labels,
    streamOutput: spec.stream_output,
    autoRemove: spec.auto_remove,
    timeoutSeconds: spec.timeout_seconds,
    networks: spec.networks,
    warnings,
  };
}

/** Facts as labels; what is usual is left out. */
export function ourLabels(facts: RunFacts): Record<string, string> {
  const rest = {
    name: facts.name,
    digest: facts.digest,
    labels: Object.keys(facts.labels).length > 0 ? canonicalJson(facts.labels) : undefined,
    quiet: facts.streamOutput ? undefined : "true",
    "auto-remove": facts.autoRemove ? "true" : undefined,
    timeout: facts.timeoutSeconds?.toString(),
    networks: facts.networks.length > 0 ? JSON.stringify(facts.networks) : undefined,
    warnings: facts.warnings.length > 0 ? JSON.stringify(facts.warnings) : undefined,
  };
  return Object.fromEntries(
    Object.entries({ run: facts.hash, id: facts.id, version: VERSION, ...rest })
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([key, value]) => [OUR_PREFIX + key, value]),
  );
}

const Texts = z.array(z.string());
const TextRecord = z.record(z.string(), z.string());

/** The facts that labels carry; undefined where they are not ours. What cannot be read in them is taken as not said. */
export function readFacts(labels: Readonly<Record<string, string>> | null): RunFacts | undefined {
  const say = (key: string) => labels?.[OUR_PREFIX + key];
  const [hash, id] = [say("run"), say("id")];
  if (!hash || !id) return undefined;
  const timeout = Number(say("timeout"));
  return {
    hash,
    id,
    digest: say("digest"),
    name: say("name"),
    labels: parse(TextRecord, say("labels")) ?? {},
    streamOutput: say("quiet") !== "true",
    autoRemove: say("auto-remove") === "true",
    timeoutSeconds: timeout > 0 ? timeout : undefined,
    networks: parse(Texts, say("networks")) ?? [],
    warnings: parse(Texts, say("warnings")) ?? [],
  };
}

function parse<T>(schema: z.ZodMiniType<T>, json: string | undefined): T | undefined {
  if (json === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
