import { parseJson } from "../../../runs/body.ts";
import { isRecord } from "../../../runs/canonical-json.ts";
import { BLOCK_BOOKKEEPING } from "../../../runs/infrastructure.ts";
import { invalid, LaunchError, type Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { quote } from "../../../runs/quote.ts";
import { normalizeSpelling } from "../../../runs/spelling.ts";
import { CLUSTER_FIELDS, readSection, type Section, USER_FIELDS } from "./section.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Sections {
  readonly cluster: Section;
  readonly user: Section;
}

/**
 * The cluster and the user that a `cluster_config` object means: our own flat fields, a bare kubeconfig, or Prefect's
 * block, whose `config` is a kubeconfig or its JSON. Throws a LaunchError `Invalid` where it is none of them.
 */
export function selectSections(sent: Fields, at: string, problems: Problem[]): Sections {
  if ("server" in sent) {
    const both = readSection(sent, [...CLUSTER_FIELDS, ...USER_FIELDS], at, problems);
    return { cluster: both, user: both };
  }
  if ("clusters" in sent) return fromKubeconfig(sent, undefined, at, problems);
  const block = normalizeSpelling({ ...sent }, ["config", "context_name"], at, BLOCK_BOOKKEEPING);
  problems.push(...block.problems);
  const place = joinPath(at, ["config"]);
  const { config, context_name: context } = block.fields;
  const kubeconfig = typeof config === "string" ? readText(config, place) : config;
  if (!isRecord(kubeconfig)) throw invalid([...problems, { path: place, message: EXPECTED }]);
  return fromKubeconfig(kubeconfig, context ?? undefined, place, problems);
}

const EXPECTED = "expected a kubeconfig, as an object or as the text of its JSON";

/** Only JSON: a YAML parser is no place for a stranger's text. */
function readText(text: string, at: string): unknown {
  try {
    return parseJson(text, at);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw invalid([...error.problems, { path: at, message: EXPECTED }]);
  }
}

function fromKubeconfig(config: Fields, asked: unknown, at: string, problems: Problem[]): Sections {
  const wanted = asked ?? config["current-context"] ?? onlyName(config.contexts);
  const context = entryOf(config, "contexts", "context", wanted, at);
  const cluster = entryOf(config, "clusters", "cluster", context.fields.cluster, at);
  const user = entryOf(config, "users", "user", context.fields.user, at);
  return {
    cluster: readSection(cluster.fields, CLUSTER_FIELDS, cluster.at, problems),
    user: readSection(user.fields, USER_FIELDS, user.at, problems),
  };
}

function onlyName(contexts: unknown): unknown {
  return Array.isArray(contexts) && contexts.length === 1 && isRecord(contexts[0])
    ? contexts[0].name
    : undefined;
}

/** One named entry of a list of a kubeconfig, with its place. */
function entryOf(config: Fields, list: string, kind: string, name: unknown, at: string) {
  const entries: unknown = config[list];
  const index = Array.isArray(entries)
    ? entries.findIndex((entry) => isRecord(entry) && entry.name === name && isRecord(entry[kind]))
    : -1;
  if (index < 0 || typeof name !== "string") {
    const message = `has no ${kind} ${typeof name === "string" ? quote(name, [], "address") : "that is chosen by its name"}`;
    throw invalid([{ path: joinPath(at, [list]), message }]);
  }
  const fields = (entries as Record<string, Fields>[])[index]?.[kind] ?? {};
  return { fields, at: joinPath(at, [list, index, kind]) };
}
