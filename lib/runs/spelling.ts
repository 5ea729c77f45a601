import { distance } from "fastest-levenshtein";
import { isRecord } from "./canonical-json.ts";
import type { Problem } from "./launch-error.ts";
import { joinPath } from "./problems.ts";

/** `imagePullPolicy` → `image_pull_policy`; what is already snake_case stays. */
export function toSnakeCase(key: string): string {
  return key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Longer words than this are no misspelling of anything. */
const MAX_WORD = 64;

/** The known field that was probably meant, where one is near enough to be worth naming. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const wanted = toSnakeCase(word).toLowerCase();
  let best: { name: string; away: number } | undefined;
  for (const name of known) {
    const away = distance(wanted, name);
    if (away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { name, away };
  }
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return best && best.away <= limit ? best.name : undefined;
}

export interface Spelled {
  readonly fields: Record<string, unknown>;
  readonly problems: readonly Problem[];
}

/**
 * One object's own fields in the spelling of its schema: camelCase becomes snake_case where that names a known field,
 * unknown fields and fields given in both spellings are problems. Deeper objects are left as they are.
 */
export function normalizeSpelling(
  sent: Record<string, unknown>,
  known: readonly string[],
  at: string,
  ignored: ReadonlySet<string> = new Set(),
): Spelled {
  const fields: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const isKnown = new Set(known);
  for (const [key, value] of Object.entries(sent)) {
    if (ignored.has(key)) continue;
    const name = isKnown.has(key) ? key : toSnakeCase(key);
    const path = joinPath(at, [key]);
    if (!isKnown.has(name)) problems.push({ path, message: unknownField(key, known) });
    else if (Object.hasOwn(fields, name))
      problems.push({ path, message: `is given twice, as ${name} and in another spelling` });
    else fields[name] = value;
  }
  return { fields, problems };
}

/** Prefect stores an unset field as null: without the nulls, the schema's defaults apply. */
export function withoutNulls(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** The record under a key, its fields spelled as the schema has them; anything else stays for the schema to refuse. */
export function spellNested(
  fields: Record<string, unknown>,
  key: string,
  known: readonly string[],
  at: string,
  ignored: ReadonlySet<string> = new Set(),
): Spelled {
  const nested = fields[key];
  if (!isRecord(nested)) return { fields, problems: [] };
  const spelled = normalizeSpelling(nested, known, joinPath(at, [key]), ignored);
  return { fields: { ...fields, [key]: withoutNulls(spelled.fields) }, problems: spelled.problems };
}

function unknownField(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant
    ? `is not a known field; did you mean ${meant}?`
    : `is not a known field; the known ones are ${known.join(", ")}`;
}
