import type * as z from "zod/mini";

export type Place = readonly (string | number)[];

interface Def {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly options?: readonly z.core.$ZodType[];
}

/** Every place of a schema, at every depth: a record by a key of its own, a list by its first item. */
export function placesOf(schema: z.core.$ZodType, at: Place = []): Place[] {
  const def = schema._zod.def as unknown as Def;
  const inner = def.innerType ?? def.in;
  if (inner) return placesOf(inner, at);
  if (def.options) return unique([at, ...def.options.flatMap((option) => placesOf(option, at))]);
  if (def.shape)
    return [at, ...Object.entries(def.shape).flatMap(([key, of]) => placesOf(of, [...at, key]))];
  if (def.valueType) return [at, ...placesOf(def.valueType, [...at, "some"])];
  return def.element ? [at, ...placesOf(def.element, [...at, 0])] : [at];
}

const unique = (places: readonly Place[]) => [
  ...new Map(places.map((place) => [JSON.stringify(place), place])).values(),
];

/** A copy of a document with the value in a place; what is missing on the way is made. */
export function withValue(document: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number") return [withValue(undefined, rest, value)];
  const record = (document ?? {}) as Record<string, unknown>;
  return { ...record, [key]: withValue(record[key], rest, value) };
}
