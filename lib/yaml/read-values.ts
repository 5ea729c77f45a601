import { isRecord } from "../runs/canonical-json.ts";
import { joinPath } from "../runs/problems.ts";
import { toSnakeCase } from "../runs/spelling.ts";
import { ambiguousMerge, ambiguousScalar } from "./ambiguity.ts";
import type { MappingNode, ScalarNode, YamlNode } from "./parse-nodes.ts";
import { kubectlScalar, type Scalar, taggedScalar } from "./scalar.ts";
import { placeOf, type YamlProblem, yamlError } from "./yaml-error.ts";

export interface Place {
  readonly path: readonly PropertyKey[];
  /** Whether kubectl's reading is the one that counts. */
  readonly isKubernetes: boolean;
}

const inside = ({ path, isKubernetes }: Place, key: string | number): Place => ({
  path: [...path, key],
  isKubernetes: isKubernetes || (typeof key === "string" && holdsKubernetes(key)),
});

/** Fields of an infrastructure whose content is Kubernetes' own. */
const KUBERNETES_FIELDS = new Set(["job", "customizations"]);
export const holdsKubernetes = (key: string) => KUBERNETES_FIELDS.has(toSnakeCase(key));

/** Reads the nodes of one text, and gathers what is ambiguous in fields of our own. */
export function createReader(source: string) {
  const ambiguities: YamlProblem[] = [];
  /** What an anchor names is read once for each reading, however many aliases there are. */
  const known = { kubernetes: new Map<YamlNode, unknown>(), own: new Map<YamlNode, unknown>() };

  const wrong = ({ offset }: YamlNode, message: string, { path }: Place) =>
    yamlError(source, offset, message, joinPath("", path));

  function note({ offset }: YamlNode, message: string | undefined, place: Place): void {
    if (message === undefined || place.isKubernetes) return;
    ambiguities.push({ path: joinPath("", place.path), message, ...placeOf(source, offset) });
  }

  function readNode(node: YamlNode, place: Place): unknown {
    const values = place.isKubernetes ? known.kubernetes : known.own;
    if (values.has(node)) return values.get(node);
    const value = read(node, place);
    values.set(node, value);
    return value;
  }

  function read(node: YamlNode, place: Place): unknown {
    if (node.kind === "scalar") return scalarOf(node, place);
    if (node.kind === "mapping") return mappingOf(node, place);
    return node.items.map((item, index) => readNode(item, inside(place, index)));
  }

  function scalarOf(node: ScalarNode, place: Place): Scalar {
    if (node.tag) {
      const value = taggedScalar(node.tag, node.text);
      if (value === undefined) throw wrong(node, `expected what its tag !!${node.tag} says`, place);
      return value;
    }
    if (!node.isPlain) return node.text;
    note(node, ambiguousScalar(node.text), place);
    const value = kubectlScalar(node.text);
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    throw wrong(node, "expected a number that JSON can carry", place);
  }

  /** A merge overrides what stands before it and is overridden by what comes after, as in go-yaml. */
  function mappingOf(node: MappingNode, place: Place): Record<string, unknown> {
    const fields = new Map<string, unknown>();
    const written = new Set<string>();
    for (const { key, value } of node.pairs) {
      if (isMerge(key)) {
        for (const [name, merged] of mergedFields(value, place)) {
          const changes = written.has(name) && !Object.is(fields.get(name), merged);
          if (changes) note(key, ambiguousMerge, inside(place, name));
          fields.set(name, merged);
        }
        continue;
      }
      const name = keyOf(key, place);
      if (written.has(name)) throw wrong(key, "a key that stands twice", inside(place, name));
      written.add(name);
      fields.set(name, readNode(value, inside(place, name)));
    }
    return Object.fromEntries(fields); // unlike an assignment, it makes `__proto__` a key like any other
  }

  /** Of a list of mappings, the first that has a key counts. */
  function mergedFields(node: YamlNode, place: Place): [string, unknown][] {
    const sources = node.kind === "sequence" ? [...node.items].reverse() : [node];
    return sources.flatMap((source) => {
      const value = source.kind === "mapping" ? readNode(source, place) : undefined;
      if (!isRecord(value)) throw wrong(source, "<< expects a mapping or a list of them", place);
      return Object.entries(value);
    });
  }

  function keyOf(node: YamlNode, place: Place): string {
    if (node.kind !== "scalar") throw wrong(node, "expected a key that is text", place);
    // A name that looks like a boolean is no riddle in a file whose keys are all names.
    const isName = !place.isKubernetes && node.isPlain && !node.tag;
    if (isName && typeof kubectlScalar(node.text) === "boolean") return node.text;
    const key = scalarOf(node, place);
    if (key === null) throw wrong(node, "expected a key that is text, got null", place);
    return String(key);
  }

  return { readNode, ambiguities };
}

const isMerge = (node: YamlNode) =>
  node.kind === "scalar" && node.text === "<<" && (node.isPlain || node.tag === "merge");
