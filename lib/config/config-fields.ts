import type * as z from "zod/mini";
import { isRecord } from "../runs/canonical-json.ts";
import type { Problem } from "../runs/launch-error.ts";
import { joinPath } from "../runs/problems.ts";
import { normalizeSpelling, withoutNulls } from "../runs/spelling.ts";

/** What a schema says about one place of the configuration, without its wrappings (optional, default). */
type Field =
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, z.core.$ZodType>> }
  | { readonly kind: "record"; readonly values: z.core.$ZodType }
  | { readonly kind: "secret" | "other" };

function fieldOf(schema: z.core.$ZodType): Field {
  const { def } = schema._zod as unknown as { def: Record<string, unknown> & { type: string } };
  if (def.innerType) return fieldOf(def.innerType as z.core.$ZodType);
  if (def.type === "object")
    return { kind: "object", fields: def.shape as Record<string, z.core.$ZodType> };
  if (def.type === "record") return { kind: "record", values: def.valueType as z.core.$ZodType };
  return { kind: def.type === "pipe" ? "secret" : "other" };
}

/**
 * A value whose fields are spelled as the schema spells them, at every depth that the schema knows: camelCase is
 * accepted, an unset field may be null, an unknown one becomes a problem that names the nearest known one.
 */
export function spellFields(
  schema: z.core.$ZodType,
  value: unknown,
  problems: Problem[],
  at = "",
): unknown {
  const field = fieldOf(schema);
  if (!isRecord(value)) return value;
  if (field.kind === "record")
    return mapValues(value, (inner, key) =>
      spellFields(field.values, inner, problems, joinPath(at, [key])),
    );
  if (field.kind !== "object") return value;
  const spelled = normalizeSpelling(value, Object.keys(field.fields), at);
  problems.push(...spelled.problems);
  return mapValues(withoutNulls(spelled.fields), (inner, key) => {
    const known = field.fields[key];
    return known ? spellFields(known, inner, problems, joinPath(at, [key])) : inner;
  });
}

/** One text of the configuration; `isSecret` where its field takes references to secrets and keeps them. */
export interface ConfigText {
  readonly text: string;
  readonly path: string;
  readonly isSecret: boolean;
}

/** The value with every text in it, at any depth, replaced by what `change` makes of it. */
export function mapTexts(
  schema: z.core.$ZodType | undefined,
  value: unknown,
  change: (text: ConfigText) => string,
  at = "",
): unknown {
  const field: Field = schema ? fieldOf(schema) : { kind: "other" };
  if (typeof value === "string")
    return change({ text: value, path: at, isSecret: field.kind === "secret" });
  if (Array.isArray(value))
    return value.map((item, index) => mapTexts(undefined, item, change, joinPath(at, [index])));
  if (!isRecord(value)) return value;
  return mapValues(value, (inner, key) =>
    mapTexts(innerSchema(field, key), inner, change, joinPath(at, [key])),
  );
}

function innerSchema(field: Field, key: string): z.core.$ZodType | undefined {
  if (field.kind === "object") return field.fields[key];
  return field.kind === "record" ? field.values : undefined;
}

function mapValues<V>(record: Record<string, V>, change: (value: V, key: string) => V) {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}
