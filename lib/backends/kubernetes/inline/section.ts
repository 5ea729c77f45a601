import type { Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { nearest, toSnakeCase } from "../../../runs/spelling.ts";

/** A part of an inline kubeconfig of which only the known fields are left, in the kubeconfig's own spelling. */
export interface Section {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where in the request a field stands, or would stand. */
  placeOf(field: string): string;
}

export const CLUSTER_FIELDS = ["server", "certificate-authority-data"] as const;
export const USER_FIELDS = ["token", "client-certificate-data", "client-key-data"] as const;

/** They say nothing about how a cluster is reached. */
const MEANINGLESS = ["extensions", "disable-compression"];

const RUNS_A_PROGRAM = "it would run a program on the launcher";
const READS_A_FILE = "it would read a file of the launcher";
const FOR_THE_OPERATOR = "whom to act as is for the operator to say";
const OUT_OF_USE = "no cluster takes a user name and a password any more";

/** Why a field of a kubeconfig may not come with a request. */
const REFUSALS = new Map([
  ["exec", RUNS_A_PROGRAM],
  ["auth-provider", RUNS_A_PROGRAM],
  ["token-file", `${READS_A_FILE}; send token`],
  ["certificate-authority", `${READS_A_FILE}; send certificate-authority-data`],
  ["client-certificate", `${READS_A_FILE}; send client-certificate-data`],
  ["client-key", `${READS_A_FILE}; send client-key-data`],
  ["insecure-skip-tls-verify", "anybody could answer in the cluster's place"],
  ["tls-server-name", "another server could answer in the cluster's place"],
  ["proxy-url", "it would lead the connection elsewhere"],
  ["as", FOR_THE_OPERATOR],
  ["as-uid", FOR_THE_OPERATOR],
  ["as-groups", FOR_THE_OPERATOR],
  ["as-user-extra", FOR_THE_OPERATOR],
  ["username", OUT_OF_USE],
  ["password", OUT_OF_USE],
]);

/** Reads a section in whichever spelling; every field that is not known becomes a problem that says why. */
export function readSection(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  at: string,
  problems: Problem[],
): Section {
  const values: Record<string, unknown> = {};
  const places = new Map<string, string>();
  for (const [key, value] of Object.entries(fields)) {
    const field = toSnakeCase(key).replaceAll("_", "-");
    const path = joinPath(at, [key]);
    if (value === null || MEANINGLESS.includes(field)) continue;
    if (known.includes(field)) {
      values[field] = value;
      places.set(field, path);
    } else problems.push({ path, message: refusalOf(field, known) });
  }
  return { values, placeOf: (field) => places.get(field) ?? joinPath(at, [field]) };
}

function refusalOf(field: string, known: readonly string[]): string {
  const reason = REFUSALS.get(field);
  if (reason) return `may not come with a request: ${reason}`;
  const meant = nearest(field, known);
  return meant ? `is not a known field; did you mean ${meant}?` : "is not a known field";
}
