/**
 * The type of a JSON value, as compact as it can be written down: a name (`strings` is one string or a list of them),
 * a list of one type, a map with values of one type under `*`, or a record with a type for each key.
 */
export type Shape =
  | "any"
  | "boolean"
  | "integer"
  | "number"
  | "object"
  | "string"
  | "strings"
  | readonly [Shape]
  | { readonly [key: string]: Shape };
