import * as fc from "fast-check";

/** Values that have broken programs before. */
const NOTORIOUS: readonly unknown[] = [
  ...[
    null,
    true,
    "",
    "\0",
    "\uFFFF",
    "\uD800",
    "-",
    ".",
    "..",
    "../../etc/passwd",
    "a b",
    "a\nb",
    "🙂",
  ],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "then"],
  ...[
    "${env:HOME}",
    "${file:/etc/passwd}",
    "${",
    "{{x}}",
    "'; id; '",
    "$(id)",
    "%00",
    "%2e%2e",
    "~1",
    "~0",
  ],
  ...[
    "1e999",
    "0x10",
    "NaN",
    "-1",
    "01",
    "9999-99-99T99:99:99Z",
    "169.254.169.254",
    "[::]",
    ":",
    "@",
    "a:b:c",
  ],
  ...[0, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63)],
  ...["x".repeat(300), [], {}, [[]], [null], { a: null }],
];

export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NOTORIOUS) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(...NOTORIOUS.filter((value) => typeof value === "string")),
);

/** Texts made of pieces that mean something where they are read. */
export const textOf = (pieces: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...pieces) },
        { weight: 1, arbitrary: anyText },
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join(""));

type Path = readonly (string | number)[];

interface Mutation {
  readonly where: number;
  readonly how: "replace" | "remove" | "add";
  readonly key: string;
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.nat(),
  how: fc.constantFrom("replace", "remove", "add"),
  key: anyText,
  value: anyValue,
});

/** A sample with a few places replaced, removed or added. */
export function mutated<T>(samples: readonly T[]): fc.Arbitrary<T> {
  const mutations = fc.array(mutation, { maxLength: 4 });
  return fc
    .tuple(fc.constantFrom(...samples), mutations)
    .map(([sample, changes]) => changes.reduce(change, structuredClone(sample) as unknown) as T);
}

function change(document: unknown, { where, how, key, value }: Mutation): unknown {
  const places = placesIn(document);
  const place = places[where % places.length] ?? [];
  const last = place.at(-1);
  if (last === undefined) return how === "replace" && where % 97 === 0 ? value : document;
  const parent = place.slice(0, -1).reduce<unknown>((inner, step) => Object(inner)[step], document);
  if (typeof parent !== "object" || parent === null) return document;
  const name = how === "add" && !Array.isArray(parent) ? key : last;
  if (how === "remove") take(parent, name);
  else Object.defineProperty(parent, name, { value: structuredClone(value), ...PLAIN });
  return document;
}

function take(parent: object, name: string | number): void {
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else Reflect.deleteProperty(parent, name);
}

/** A sample with a few places removed, or replaced by what is of the same type: what a server with a schema may say. */
export function mutatedInType<T>(samples: readonly T[]): fc.Arbitrary<T> {
  const mutations = fc.array(
    fc.record({ where: fc.nat(), isGone: fc.boolean(), text: anyText, number: fc.integer() }),
    { maxLength: 4 },
  );
  return fc.tuple(fc.constantFrom(...samples), mutations).map(([sample, changes]) =>
    changes.reduce((document, { where, isGone, text, number }) => {
      const places = placesIn(document);
      const place = places[where % places.length] ?? [];
      const last = place.at(-1);
      const parent = place
        .slice(0, -1)
        .reduce<unknown>((inner, step) => Object(inner)[step], document) as Record<string, unknown>;
      if (last === undefined) return document;
      const now = parent[last];
      if (isGone) take(parent, last);
      else if (typeof now === "string") parent[last] = text;
      else if (typeof now === "number") parent[last] = number;
      return document;
    }, structuredClone(sample)),
  );
}

const PLAIN = { writable: true, enumerable: true, configurable: true };

function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [at, ...keys.flatMap((key) => placesIn(Object(value)[key], [...at, key]))];
}
