import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Dispatcher } from "undici";
import { isRecord } from "../../../runs/canonical-json.ts";
import { LaunchError } from "../../../runs/launch-error.ts";
import { mask, maskCredentials, secretValues } from "../../../runs/redact.ts";
import { type Connection, type Credentials, createCredentialsSource } from "./connection.ts";
import { createExecPlugin, EXEC_PLUGIN } from "./exec-plugin.ts";
import { impersonationOf } from "./impersonation.ts";
import {
  type Entry,
  type Fields,
  type KubeconfigSource,
  pathFrom,
  type SelectedContext,
  selectContext,
  textOf,
  wrong,
} from "./kubeconfig-file.ts";

/** How long what files and programs say is used before they are asked again, in milliseconds. */
const MAX_AGE_MS = 60_000;

/**
 * A connection from a kubeconfig that the operator wrote, so that what it names (files, programs) is trusted; what a
 * request brings along is read by `inline-kubeconfig.ts`. client-node reads it; what is added here is what its version 2.0.1
 * leaves out of what kubectl does. Throws a LaunchError `ConfigError` that names what is wrong.
 */
export async function connectByKubeconfig(source: KubeconfigSource): Promise<Connection> {
  const chosen = selectContext(source);
  const { cluster, user } = chosen;
  const server = toUrl(source, cluster.fields.server);
  const impersonation = impersonationOf(user.fields, (reason) => wrong(source, reason));
  let config = load(source, chosen);
  const { ca, servername, rejectUnauthorized } = await apply(source, config);
  const credentials = createCredentialsSource(async (refused?: Credentials) => {
    if (refused) config = load(source, chosen); // the library holds on to what its plugins gave it
    return credentialsOf(source, user, await apply(source, config));
  }, MAX_AGE_MS);
  await credentials();
  const tls = {
    ...(ca ? { ca: ca as Buffer } : {}),
    ...(servername ? { servername } : {}),
    ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}),
  };
  const proxy = proxyOf(source, cluster.fields["proxy-url"]);
  return {
    server,
    tls,
    proxy: proxy?.protocol === "socks5:" ? throughSocks(config, tls, proxy) : proxy,
    credentials,
    impersonation,
  };
}

function load(source: KubeconfigSource, chosen: SelectedContext): KubeConfig {
  const { cluster, user } = chosen;
  const config = new KubeConfig();
  if (isGiven(user.fields.exec)) config.addAuthenticator(createExecPlugin(source, chosen));
  const text = JSON.stringify({
    "current-context": "chosen",
    contexts: [{ name: "chosen", context: { cluster: cluster.name, user: user.name } }],
    clusters: [{ name: cluster.name, cluster: clusterFields(source, cluster) }],
    users: [{ name: user.name, user: userFields(source, user) }],
  });
  config.loadFromString(text);
  return config;
}

function clusterFields(source: KubeconfigSource, cluster: Entry): Fields {
  const { fields } = cluster;
  const server = String(fields.server);
  return {
    server,
    ...dataOrFile(source, cluster, "certificate-authority"),
    "tls-server-name": textOf(fields["tls-server-name"]),
    // The library takes http:// for a mistake without it.
    "insecure-skip-tls-verify":
      fields["insecure-skip-tls-verify"] === true || server.startsWith("http:"),
  };
}

/** As client-node knows them: it reads no `tokenFile` but that of an auth provider. */
function userFields(source: KubeconfigSource, user: Entry): Fields {
  const { fields, folder } = user;
  const file = textOf(fields.tokenFile);
  const tokenFile = file && pathFrom(source, folder, "tokenFile", file);
  return {
    ...dataOrFile(source, user, "client-certificate"),
    ...dataOrFile(source, user, "client-key"),
    token: tokenFile === undefined ? textOf(fields.token) : undefined,
    username: textOf(fields.username),
    password: textOf(fields.password),
    "auth-provider": authProvider(fields, tokenFile),
  };
}

function authProvider(fields: Fields, tokenFile: string | undefined): unknown {
  if (isGiven(fields.exec)) return { name: EXEC_PLUGIN };
  return tokenFile ? { name: "tokenFile", config: { tokenFile } } : fields["auth-provider"];
}

/** To kubectl the data counts where both are there, to client-node the file. */
function dataOrFile(source: KubeconfigSource, { fields, folder }: Entry, field: string): Fields {
  const data = textOf(fields[`${field}-data`]);
  if (data) return { [`${field}-data`]: data };
  const path = textOf(fields[field]);
  return path ? { [field]: pathFrom(source, folder, field, path) } : {};
}

async function apply(source: KubeconfigSource, config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    if (error instanceof LaunchError) throw error;
    const { path, code } = error as NodeJS.ErrnoException;
    if (path !== undefined) throw wrong(source, `${path} cannot be read (${code})`);
    throw wrong(source, `its auth-provider gives no credentials${wordsOf(config, error)}`);
  }
}

function wordsOf(config: KubeConfig, error: unknown): string {
  const { authProvider: provider } = config.getCurrentUser() ?? {};
  const given = isRecord(provider) && isRecord(provider.config) ? provider.config : {};
  const texts = Object.entries(given).map(([name, value]) => [name, String(value)]);
  const words = error instanceof Error ? error.message : "";
  return words && `: ${maskCredentials(mask(words, secretValues(Object.fromEntries(texts))))}`;
}

function credentialsOf(
  source: KubeconfigSource,
  { fields }: Entry,
  { headers, auth, cert, key }: RequestOptions,
): Credentials {
  const given = Object.entries(headers ?? {}).find(([name]) => /^authorization$/i.test(name));
  const basic = auth ? `Basic ${Buffer.from(auth).toString("base64")}` : undefined;
  const authorization = given ? String(given[1]).trim() : basic;
  const isMissing = authorization === undefined && !(cert && key);
  if (isMissing && isGiven(fields.exec ?? fields["auth-provider"])) {
    const which = isGiven(fields.exec) ? "exec plugin" : "auth-provider";
    throw wrong(source, `its ${which} gives neither a token nor a certificate`);
  }
  return { authorization, ...(cert && key ? { cert: String(cert), key: String(key) } : {}) };
}

function toUrl(source: KubeconfigSource, server: unknown): URL {
  const url = URL.parse(String(server));
  if (url && (url.protocol === "https:" || url.protocol === "http:")) return url;
  throw wrong(source, "its cluster's server is not a URL");
}

function proxyOf(source: KubeconfigSource, given: unknown): URL | undefined {
  if (!isGiven(given) || given === "") return undefined;
  const url = URL.parse(String(given));
  if (url && ["http:", "https:", "socks5:"].includes(url.protocol)) return url;
  throw wrong(source, "proxy-url: expected an address with http://, https:// or socks5://");
}

/** undici's own support of SOCKS is experimental; client-node has its own, which it declares private. */
function throughSocks(
  config: KubeConfig,
  tls: Connection["tls"],
  { href }: URL,
): Connection["proxy"] {
  const cluster = config.getCurrentCluster();
  return ({ cert, key }) => {
    const identity = cert && key ? { cert, key } : {};
    const proxied = cluster && { ...cluster, proxyUrl: href };
    // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets what is private be read only so
    return config["createDispatcher"](proxied, { ...tls, ...identity }) as Dispatcher;
  };
}

const isGiven = (value: unknown) => value !== undefined && value !== null;
