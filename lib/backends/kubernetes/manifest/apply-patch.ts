import type { PatchOperation } from "../../../runs/infrastructure.ts";
import { invalid } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { cloneJson } from "./clone-json.ts";
import { parsePointer, quotePointer, valueAt } from "./json-pointer.ts";
import { applyOperation, PatchRefusal } from "./patch-operation.ts";

/** So much may the `copy` operations of one patch add together, in characters: each could double the manifest. */
const MAX_COPIED = 4_194_304;

/**
 * The document after a patch of RFC 6902; the document given is used up. Throws a LaunchError `Invalid` that names the
 * first operation that fails, by its index and path; as the RFC has it, nothing of the patch counts then.
 *
 * @param at where the operations stand in the request
 */
export function applyPatch(
  document: unknown,
  operations: readonly PatchOperation[],
  at: string,
): unknown {
  let copied = 0;
  return operations.reduce<unknown>((current, operation, index) => {
    const place = joinPath(at, [index]);
    try {
      if (operation.op === "copy") copied += sizeAt(current, operation.from);
      if (copied > MAX_COPIED) throw new PatchRefusal("the copies make the manifest too large");
      return applyOperation(current, withOwnValue(operation, place));
    } catch (error) {
      if (!(error instanceof PatchRefusal)) throw error;
      const pointer = parsePointer(operation.path);
      const message = `${operation.op} "${quotePointer(pointer)}": ${error.message}`;
      throw invalid([{ path: place, message }]);
    }
  }, document);
}

const sizeAt = (document: unknown, pointer: string) =>
  JSON.stringify(valueAt(document, parsePointer(pointer)))?.length ?? 0;

function withOwnValue(operation: PatchOperation, place: string): PatchOperation {
  if (!("value" in operation) || operation.value === undefined) return operation;
  return { ...operation, value: cloneJson(operation.value, joinPath(place, ["value"])) };
}
