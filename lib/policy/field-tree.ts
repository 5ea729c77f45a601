/** Patterns of JSON pointers as a tree: `*` is any one key, `**` everything from there on. */
interface Node {
  readonly children: Map<string, Node>;
  everything: boolean;
}

export type FieldTree = Node;

export function fieldTree(patterns: readonly string[]): FieldTree {
  const root = newNode();
  for (const pattern of patterns) {
    let node = root;
    for (const key of pattern.split("/").slice(1).map(unescaped)) {
      if (key === "**") {
        node.everything = true;
        break;
      }
      const next = node.children.get(key) ?? newNode();
      node.children.set(key, next);
      node = next;
    }
  }
  return root;
}

const newNode = (): Node => ({ children: new Map(), everything: false });
const unescaped = (key: string) => key.replaceAll("~1", "/").replaceAll("~0", "~");

/** The places of a value that no pattern names, each by the highest one; what is null counts as not there. */
export function placesOutside(value: unknown, tree: FieldTree): Place[] {
  return outside(value, [tree], "");
}

export interface Place {
  readonly path: string;
  readonly value: unknown;
}

function outside(value: unknown, nodes: readonly Node[], at: string): Place[] {
  if (typeof value !== "object" || value === null) return [];
  if (nodes.some(({ everything }) => everything)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (inner === null || inner === undefined) return [];
    const path = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const next = nodes.flatMap(({ children }) => [children.get(key), children.get("*")]);
    const known = next.filter((node) => node !== undefined);
    return known.length > 0 ? outside(inner, known, path) : [{ path, value: inner }];
  });
}
