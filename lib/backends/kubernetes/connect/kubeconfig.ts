import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { load } from "js-yaml";
import { isRecord } from "../../../runs/canonical-json.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { type Connection, createTokenSource, noToken, type TokenSource } from "./connection.ts";

type Fields = Record<string, unknown>;

/** How long a token from a file or a program is used before it is read again, in milliseconds. */
const TOKEN_MAX_AGE_MS = 60_000;

export interface KubeconfigSource {
  /** What errors call it: a path, or the name of the configuration's entry. */
  readonly title: string;
  readonly text: string;
  /** The folder that its relative paths start from; undefined where it is no file. */
  readonly folder?: string | undefined;
  /** The context to use; the current one where undefined. */
  readonly context?: string | undefined;
}

/**
 * A connection from a kubeconfig that the operator wrote, so that what it names (files, programs) is trusted; what a
 * request brings along is read by `inline-kubeconfig.ts`. Throws a LaunchError `ConfigError` that names what is wrong.
 */
export async function connectByKubeconfig(source: KubeconfigSource): Promise<Connection> {
  const { cluster, user } = selectContext(source);
  if (cluster["proxy-url"] !== undefined) throw wrong(source, "proxy-url is not supported");
  const [ca, cert, key] = await Promise.all([
    readBytes(source, cluster, "certificate-authority"),
    readBytes(source, user, "client-certificate"),
    readBytes(source, user, "client-key"),
  ]);
  const plugin = user.exec ?? user["auth-provider"];
  const external = plugin === undefined ? undefined : await askPlugin(source);
  const serverName = textOf(cluster["tls-server-name"]);
  return {
    server: toUrl(source, cluster.server),
    tls: {
      ...(ca ? { ca } : {}),
      ...(cert && key ? { cert, key } : external?.certificate),
      ...(serverName ? { servername: serverName } : {}),
      ...(cluster["insecure-skip-tls-verify"] === true ? { rejectUnauthorized: false } : {}),
    },
    token: external?.token ?? tokenOf(source, user),
  };
}

function selectContext(source: KubeconfigSource): { cluster: Fields; user: Fields } {
  const config = parse(source);
  const name = source.context ?? textOf(config["current-context"]);
  if (!name) throw wrong(source, "it has no current-context");
  const context = entry(source, config, "contexts", "context", name);
  const cluster = entry(source, config, "clusters", "cluster", String(context.cluster));
  const user = context.user ? entry(source, config, "users", "user", String(context.user)) : {};
  return { cluster, user };
}

function parse(source: KubeconfigSource): Fields {
  try {
    const config = load(source.text);
    if (isRecord(config)) return config;
  } catch {
    throw wrong(source, "it is not YAML"); // the parser's own message quotes the text, which holds secrets
  }
  throw wrong(source, "it is not a kubeconfig");
}

function entry(
  source: KubeconfigSource,
  config: Fields,
  section: string,
  field: string,
  name: string,
): Fields {
  const list = Array.isArray(config[section]) ? config[section] : [];
  const found: unknown = list.find((one: unknown) => isRecord(one) && one.name === name);
  if (!isRecord(found) || !isRecord(found[field]))
    throw wrong(source, `it has no ${field} ${quote(name)}`);
  return found[field];
}

async function readBytes(
  source: KubeconfigSource,
  fields: Fields,
  name: string,
): Promise<Buffer | undefined> {
  const inline = textOf(fields[`${name}-data`]);
  if (inline) return Buffer.from(inline, "base64");
  const path = textOf(fields[name]);
  return path ? Buffer.from(await readText(source, name, path)) : undefined;
}

function tokenOf(source: KubeconfigSource, user: Fields): TokenSource {
  const token = textOf(user.token);
  if (token) return async () => token;
  const path = textOf(user.tokenFile);
  if (!path) return noToken;
  return createTokenSource(
    async () => (await readText(source, "tokenFile", path)).trim(),
    TOKEN_MAX_AGE_MS,
  );
}

async function readText(source: KubeconfigSource, field: string, path: string): Promise<string> {
  if (source.folder === undefined)
    throw wrong(source, `${field} is a path, and it is no file that the path could start from`);
  try {
    return await readFile(resolve(source.folder, path), "utf8");
  } catch (cause) {
    throw wrong(source, `${field} cannot be read from ${path}`, cause);
  }
}

/** exec and auth-provider: client-node knows them all, and is loaded for nothing else. */
async function askPlugin(source: KubeconfigSource) {
  const { readPluginCredentials } = await import("./plugin-credentials.ts");
  const read = () =>
    readPluginCredentials(source.text, source.context).catch((cause: unknown) => {
      throw wrong(source, "its exec or auth-provider gives no credentials", cause);
    });
  const { certificate } = await read();
  return {
    certificate,
    token: createTokenSource(async () => (await read()).token, TOKEN_MAX_AGE_MS),
  };
}

function toUrl(source: KubeconfigSource, server: unknown): URL {
  const url = URL.parse(String(server));
  if (url && (url.protocol === "https:" || url.protocol === "http:")) return url;
  throw wrong(source, "its cluster's server is not a URL");
}

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** The operator can mend it, so whatever needed it may be tried again. */
const wrong = ({ title }: KubeconfigSource, reason: string, cause?: unknown) =>
  new LaunchError("ConfigError", `the kubeconfig ${title} cannot be used: ${reason}`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });

export const folderOf = (path: string) => dirname(resolve(path));
