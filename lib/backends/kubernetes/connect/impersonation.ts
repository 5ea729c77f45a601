import { isRecord } from "../../../runs/canonical-json.ts";
import { nearest } from "../../../runs/spelling.ts";
import type { Fields } from "./kubeconfig-file.ts";

type Complain = (reason: string) => Error;

const FIELDS = ["as", "as-uid", "as-groups", "as-user-extra"];

/**
 * The headers that a kubeconfig's `as` fields stand for. client-node 2.0.1 reads `as` alone. What cannot be sent is an
 * error: without it we would act with more rights than the kubeconfig gives.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonationOf(user: Fields, wrong: Complain): Record<string, string | string[]> {
  for (const field of Object.keys(user))
    if (/^as(?:[-_A-Z]|$)/.test(field) && !FIELDS.includes(field))
      throw wrong(`${field} is not a known field; did you mean ${nearest(field, FIELDS) ?? "as"}?`);
  const name = textAt(user.as, "as", wrong);
  const uid = textAt(user["as-uid"], "as-uid", wrong);
  const groups = textsAt(user["as-groups"], "as-groups", wrong);
  const extra = extraOf(user["as-user-extra"], wrong);
  if (name === undefined) {
    const more = FIELDS.slice(1).find((field) => !isEmpty(user[field]));
    if (more) throw wrong(`${more} says how to act as somebody, and there is no as`);
    return {};
  }
  return {
    "impersonate-user": name,
    ...(uid === undefined ? {} : { "impersonate-uid": uid }),
    ...(groups.length === 0 ? {} : { "impersonate-group": groups }),
    ...extra,
  };
}

const isEmpty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

function extraOf(value: unknown, wrong: Complain): Record<string, string[]> {
  if (isEmpty(value)) return {};
  if (!isRecord(value)) throw wrong("as-user-extra: expected lists of texts by their keys");
  return Object.fromEntries(
    Object.entries(value).map(([key, values]) => [
      `impersonate-extra-${escapeKey(key)}`,
      textsAt(values, `as-user-extra.${key}`, wrong),
    ]),
  );
}

/** As client-go escapes it: what may not stand in a header's name, and the escape itself. */
const escapeKey = (key: string) =>
  Buffer.from(key)
    .toString("latin1")
    .replace(
      /[^\w!#$&'*+.^`|~-]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );

function textsAt(value: unknown, at: string, wrong: Complain): string[] {
  if (isEmpty(value)) return [];
  if (!Array.isArray(value)) throw wrong(`${at}: expected a list of texts`);
  return value.map((one) => textAt(one, at, wrong) ?? "");
}

/** The bytes of its UTF-8, one character each: that is how headers are sent. */
function textAt(value: unknown, at: string, wrong: Complain): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character would end the header
  if (typeof value !== "string" || /[\u0000-\u001f\u007f]/.test(value))
    throw wrong(`${at}: expected a text of one line`);
  return Buffer.from(value).toString("latin1");
}
