import { dirname, isAbsolute, resolve } from "node:path";
import { isRecord } from "../../../runs/canonical-json.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { readKubernetesYaml } from "../../../yaml/read-yaml.ts";
import { YamlError } from "../../../yaml/yaml-error.ts";

export type Fields = Readonly<Record<string, unknown>>;

export interface KubeconfigFile {
  readonly text: string;
  /** The folder that its relative paths start from; undefined where it is no file. */
  readonly folder?: string | undefined;
}

export interface KubeconfigSource extends KubeconfigFile {
  /** What errors call it: a path, or the name of the configuration's entry. */
  readonly title: string;
  /** The context to use; the current one where undefined. */
  readonly context?: string | undefined;
  /** Further files: what an earlier one says counts. */
  readonly others?: readonly KubeconfigFile[];
}

/** One entry of a kubeconfig, and the folder of the file that it stands in. */
export interface Entry {
  readonly name: string;
  readonly fields: Fields;
  readonly folder: string | undefined;
}

export interface SelectedContext {
  readonly cluster: Entry;
  readonly user: Entry;
}

const ANONYMOUS: Entry = { name: "anonymous", fields: {}, folder: undefined };

/**
 * The cluster and the user of the context that counts. Several files are merged as kubectl does it: the first current
 * context, and of each name the first entry. (client-node 2.0.1 refuses a name that comes twice, and takes the last context.)
 */
export function selectContext(source: KubeconfigSource): SelectedContext {
  const files = [source, ...(source.others ?? [])].map(({ text, folder }) => ({
    config: parse(source, text),
    folder,
  }));
  const current = files.map(({ config }) => textOf(config["current-context"])).find(Boolean);
  const name = source.context ?? current;
  if (!name) throw wrong(source, "it has no current-context");
  const entry = (section: string, field: string, wanted: string): Entry => {
    for (const { config, folder } of files) {
      const found = listOf(config[section]).find((one) => one.name === wanted);
      if (found && isRecord(found[field])) return { name: wanted, fields: found[field], folder };
      if (found) break;
    }
    throw wrong(source, `it has no ${field} ${quote(wanted)}`);
  };
  const { fields: context } = entry("contexts", "context", name);
  return {
    cluster: entry("clusters", "cluster", String(context.cluster)),
    user: context.user ? entry("users", "user", String(context.user)) : ANONYMOUS,
  };
}

const listOf = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : []);

function parse(source: KubeconfigSource, text: string): Fields {
  const config = parseYaml(source, text) ?? {}; // kubectl takes an empty file for an empty kubeconfig
  if (isRecord(config)) return config;
  throw wrong(source, "it is not a kubeconfig");
}

function parseYaml(source: KubeconfigSource, text: string): unknown {
  try {
    return readKubernetesYaml(text)[0];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw wrong(source, `it is not YAML: ${error.message}`);
  }
}

/** The absolute path of a file that a kubeconfig names. */
export function pathFrom(
  source: KubeconfigSource,
  folder: string | undefined,
  field: string,
  path: string,
): string {
  if (isAbsolute(path)) return path;
  if (folder !== undefined) return resolve(folder, path);
  throw wrong(
    source,
    `${field} is a relative path, and it is no file that the path could start from`,
  );
}

export const textOf = (value: unknown) =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The operator can mend it, so whatever needed it may be tried again. */
export const wrong = (
  { title }: Pick<KubeconfigSource, "title">,
  reason: string,
  particulars: { readonly cause?: unknown; readonly hint?: string } = {},
) =>
  new LaunchError("ConfigError", `the kubeconfig ${title} cannot be used: ${reason}`, {
    retryable: true,
    ...particulars,
  });

export const folderOf = (path: string) => dirname(resolve(path));
