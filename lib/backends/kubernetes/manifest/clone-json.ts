import { isRecord } from "../../../runs/canonical-json.ts";
import { invalid } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";

/** No Job that the API server knows nests half as deep. */
export const MAX_DEPTH = 100;

/**
 * A copy whose objects have no prototype, so that no key of a request can reach one. Throws a LaunchError `Invalid`
 * where the value is nothing that JSON could carry.
 *
 * @param at where the value stands in the request
 */
export function cloneJson(value: unknown, at: string): unknown {
  return cloneAt(value, { at, keys: [] });
}

/** Spelled out only where something is refused: every value of every request comes through here. */
interface Place {
  readonly at: string;
  readonly keys: PropertyKey[];
}

function cloneAt(value: unknown, place: Place): unknown {
  const refuse = (message: string) => invalid([{ path: joinPath(place.at, place.keys), message }]);
  if (place.keys.length > MAX_DEPTH) throw refuse(`nests deeper than ${MAX_DEPTH} levels`);
  const inside = (key: PropertyKey, inner: unknown) => {
    place.keys.push(key);
    const clone = cloneAt(inner, place);
    place.keys.pop();
    return clone;
  };
  if (Array.isArray(value)) return value.map((item, index) => inside(index, item));
  if (!isRecord(value)) {
    if (!isScalar(value)) throw refuse("expected a value that JSON can carry");
    return value;
  }
  if (Object.hasOwn(value, "__proto__")) throw refuse("may not have a key `__proto__`");
  const clone: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) clone[key] = inside(key, inner);
  return clone;
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

/** How many levels of objects and lists a value has; it stops counting one beyond `MAX_DEPTH`. */
export function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return depth;
  return Object.values(value).reduce<number>(
    (deepest, inner) => Math.max(deepest, depthOf(inner, depth + 1)),
    depth + 1,
  );
}
