import jsonPatch from "fast-json-patch";
import { canonicalJson, isRecord } from "../../../runs/canonical-json.ts";
import type { PatchOperation } from "../../../runs/infrastructure.ts";
import { quote } from "../../../runs/quote.ts";
import { cloneJson, depthOf, MAX_DEPTH } from "./clone-json.ts";
import {
  isIndex,
  isWithin,
  parsePointer,
  quotePointer,
  toPointer,
  valueAt,
} from "./json-pointer.ts";

/** Why an operation cannot be carried out. */
export class PatchRefusal extends Error {
  override readonly name = "PatchRefusal";
}

type Keys = readonly string[];

/**
 * One operation of RFC 6902. The library changes the document; what it lets pass is refused here first: places that do
 * not exist, keys that only a prototype has, indexes such as `01`, a value moved into itself. Throws a PatchRefusal.
 */
export function applyOperation(document: unknown, operation: PatchOperation): unknown {
  const path = parsePointer(operation.path);
  switch (operation.op) {
    case "add":
      return add(document, path, operation.value);
    case "replace":
      return replace(document, path, operation.value);
    case "remove":
      return remove(document, path);
    case "test":
      return test(document, path, operation.value);
    case "move":
      return move(document, parsePointer(operation.from), path);
    case "copy":
      return add(document, path, cloneJson(existing(document, parsePointer(operation.from)), ""));
  }
}

function add(document: unknown, path: Keys, value: unknown): unknown {
  const key = path.at(-1);
  if (key !== undefined) requirePlace(document, path.slice(0, -1), key);
  return write(document, "add", path, value);
}

function requirePlace(document: unknown, above: Keys, key: string): void {
  const parent = existing(document, above);
  if (Array.isArray(parent)) {
    const isPlace = key === "-" || (isIndex(key) && Number(key) <= parent.length);
    if (!isPlace) throw new PatchRefusal(`a list of ${parent.length} has no place ${quote(key)}`);
  } else if (!isRecord(parent))
    throw new PatchRefusal(`what is at ${show(above)} is neither an object nor a list`);
}

function replace(document: unknown, path: Keys, value: unknown): unknown {
  existing(document, path);
  return write(document, "replace", path, value);
}

function remove(document: unknown, path: Keys): unknown {
  existing(document, path);
  if (path.length === 0) throw new PatchRefusal("the whole manifest cannot be removed");
  return carryOut(document, { op: "remove", path: toPointer(path) });
}

function test(document: unknown, path: Keys, value: unknown): unknown {
  const found = canonicalJson(existing(document, path));
  if (value === undefined || found !== canonicalJson(value))
    throw new PatchRefusal("the value there is another one");
  return document;
}

function move(document: unknown, from: Keys, path: Keys): unknown {
  const value = existing(document, from);
  if (from.length === path.length && isWithin(path, from)) return document;
  if (isWithin(path, from)) throw new PatchRefusal("a value cannot be moved into itself");
  return add(remove(document, from), path, value);
}

function write(document: unknown, op: "add" | "replace", path: Keys, value: unknown): unknown {
  if (value === undefined) throw new PatchRefusal("it needs a value");
  if (path.length + depthOf(value) > MAX_DEPTH)
    throw new PatchRefusal(`the manifest would nest deeper than ${MAX_DEPTH} levels`);
  return carryOut(document, { op, path: toPointer(path), value });
}

function carryOut(document: unknown, operation: jsonPatch.Operation): unknown {
  if (isForbidden(parsePointer(operation.path)))
    throw new PatchRefusal("`__proto__` and `constructor/prototype` may not be named");
  return jsonPatch.applyOperation(document, operation).newDocument;
}

/** What the library refuses to write to, with an error that quotes the whole document. */
function isForbidden(path: Keys): boolean {
  return path.some(
    (key, index) =>
      key === "__proto__" || (key === "prototype" && path[index - 1] === "constructor"),
  );
}

function existing(document: unknown, path: Keys): unknown {
  const value = valueAt(document, path);
  if (value === undefined) throw new PatchRefusal(`there is nothing at ${show(path)}`);
  return value;
}

const show = (path: Keys) => `"${quotePointer(path)}"`;
