import { invalid, type Problem } from "../../../runs/launch-error.ts";
import { Secret } from "../../../runs/redact.ts";
import type { Section } from "./section.ts";
import { selectSections } from "./select-sections.ts";

/**
 * A cluster that a request brought along, rebuilt from the few values that a request may give. Nothing of what was sent
 * is kept besides, so that no later reader can find a program, a file or another address in it.
 */
export interface InlineCluster {
  readonly server: URL;
  /** PEM; undefined where a public authority vouches for the server. */
  readonly caData: string | undefined;
  readonly token: Secret | undefined;
  /** PEM; with `keyData` or not at all. */
  readonly certData: string | undefined;
  /** PEM. */
  readonly keyData: Secret | undefined;
}

/**
 * Reads the object that a request has in `cluster_config`. Throws a LaunchError `Invalid` with everything that is wrong
 * with it, by its place; no value is shown.
 */
export function readInlineCluster(
  sent: Readonly<Record<string, unknown>>,
  at = "infrastructure.cluster_config",
): InlineCluster {
  const problems: Problem[] = [];
  const { cluster, user } = selectSections(sent, at, problems);
  const server = readServer(cluster, problems);
  const caData = readPem(cluster, "certificate-authority-data", "CERTIFICATE", problems);
  const certData = readPem(user, "client-certificate-data", "CERTIFICATE", problems);
  const keyData = readPem(user, "client-key-data", "PRIVATE KEY", problems);
  const token = readToken(user, problems);
  problems.push(...credentialProblems(user, at));
  if (problems.length > 0 || !server) throw invalid(problems);
  return { server, caData, token, certData, keyData: keyData ? new Secret(keyData) : undefined };
}

function readServer(cluster: Section, problems: Problem[]): URL | undefined {
  const { server } = cluster.values;
  const url = typeof server === "string" ? URL.parse(server) : null;
  const isPlain = url && `${url.username}${url.password}${url.search}${url.hash}` === "";
  if (isPlain && url.protocol === "https:") return url;
  const message = "expected the API server's https:// address, without credentials or parameters";
  problems.push({ path: cluster.placeOf("server"), message });
  return undefined;
}

function readPem(
  section: Section,
  field: string,
  kind: string,
  problems: Problem[],
): string | undefined {
  const value = section.values[field];
  if (value === undefined) return undefined;
  const text = typeof value === "string" ? decodeBase64(value) : "";
  if (text.includes(`${kind}-----`)) return text;
  const message = `expected the base64 of a PEM text with a ${kind}`;
  problems.push({ path: section.placeOf(field), message });
  return undefined;
}

function decodeBase64(text: string): string {
  const isBase64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text);
  return isBase64 ? Buffer.from(text, "base64").toString("utf8") : "";
}

/** It becomes the value of a header, which a line break in it would end. */
const TOKEN = /^[\x21-\x7e]+$/;

function readToken(user: Section, problems: Problem[]): Secret | undefined {
  const { token } = user.values;
  if (token === undefined) return undefined;
  if (typeof token === "string" && TOKEN.test(token)) return new Secret(token);
  problems.push({ path: user.placeOf("token"), message: "expected a token without white space" });
  return undefined;
}

function credentialProblems({ values, placeOf }: Section, at: string): Problem[] {
  const { "client-certificate-data": cert, "client-key-data": key, token } = values;
  if (cert !== undefined && key === undefined)
    return [{ path: placeOf("client-key-data"), message: "is required with the certificate" }];
  if (key !== undefined && cert === undefined)
    return [{ path: placeOf("client-certificate-data"), message: "is required with the key" }];
  if (token !== undefined || cert !== undefined) return [];
  return [{ path: at, message: "needs a token, or a client certificate with its key" }];
}
