import { parseNodes } from "./parse-nodes.ts";
import { createReader, holdsKubernetes, type Place } from "./read-values.ts";
import { YamlError } from "./yaml-error.ts";

/**
 * Every document of a text that is written for Kubernetes, as kubectl reads it: YAML 1.1 with merge keys. Only a key
 * that stands twice in one mapping is refused, of which kubectl keeps the last. Throws a YamlError.
 */
export function readKubernetesYaml(source: string): unknown[] {
  return readDocuments(source, { path: [], isKubernetes: true });
}

/**
 * Every document of a text in fields of our own. What it says below `job` and `customizations` is read as kubectl reads
 * it; elsewhere, what YAML 1.1 and 1.2 read differently is refused with both readings. Throws a YamlError.
 *
 * @param path where the text stands, as with `--set`
 */
export function readOwnYaml(source: string, path: readonly string[] = []): unknown[] {
  return readDocuments(source, { path, isKubernetes: path.some(holdsKubernetes) });
}

function readDocuments(source: string, place: Place): unknown[] {
  const { text, documents } = parseNodes(source);
  const { readNode, ambiguities } = createReader(text);
  const values = documents.map((node) => (node ? readNode(node, place) : null));
  if (ambiguities.length > 0) throw new YamlError(ambiguities);
  return values;
}
