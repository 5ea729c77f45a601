import type { Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { quote } from "../../../runs/quote.ts";
import { toAscii } from "../../../runs/slug.ts";
import { PREFIX } from "../markers.ts";

const MAX_PREFIX = 253;
const MAX_NAME = 63;

/** `prefix/name`, each part made fit for Kubernetes; a part of which nothing is left is kept as it is. */
export function slugLabelKey(key: string): string {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  const nameSlug = slug(name, /[^a-z0-9-_.]+/g, MAX_NAME) || name;
  if (slash <= 0) return nameSlug;
  const prefix = key.slice(0, slash);
  return `${slug(prefix, /[^a-z0-9-.]+/g, MAX_PREFIX) || prefix}/${nameSlug}`;
}

/** A label's value made fit for Kubernetes; one of which nothing is left is kept as it is. */
export function slugLabelValue(value: string): string {
  return slug(value, /[^a-z0-9-_.]+/g, MAX_NAME) || value;
}

function slug(text: string, others: RegExp, maxLength: number): string {
  const words = toAscii(text).toLowerCase().replace(others, "-").replace(/-{2,}/g, "-");
  return words
    .replace(/^[-_.]+/, "") // it must begin and end alphanumerically
    .slice(0, maxLength)
    .replace(/[-_.]+$/, "");
}

const NAME = /^[a-z0-9](?:[-\w.]*[a-z0-9])?$/i;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

function isLabelKey(key: string): boolean {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  const isPrefix = prefix === undefined || (prefix.length <= MAX_PREFIX && SUBDOMAIN.test(prefix));
  return more.length === 0 && isPrefix && name.length <= MAX_NAME && NAME.test(name);
}

function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= MAX_NAME && NAME.test(value));
}

/** What of a request's labels Kubernetes would not take even as a slug, or is ours to set. */
export function labelProblems(labels: Readonly<Record<string, string>>, at: string): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const path = joinPath(at, [key]);
    const slugKey = slugLabelKey(key);
    if (slugKey.startsWith(PREFIX)) return [{ path, message: `${PREFIX} is for Slipway to set` }];
    if (!isLabelKey(slugKey)) return [{ path, message: "no label key can be made of this name" }];
    if (isLabelValue(slugLabelValue(value))) return [];
    return [{ path, message: `no label value can be made of ${quote(value, [key])}` }];
  });
}
