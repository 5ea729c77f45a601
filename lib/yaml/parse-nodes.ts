import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from "js-yaml";
import { MAX_DEPTH, readEvents } from "./read-events.ts";
import { yamlError } from "./yaml-error.ts";

/** A part of a document before its values are read. An alias is the very node that its anchor names. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode;

interface NodeBase {
  /** Where it starts in the text. */
  readonly offset: number;
  /** `str`, `!local`; empty where the text names none. */
  readonly tag: string;
  /** Its characters and nodes once its aliases are expanded. */
  readonly size: number;
  /** Its levels once its aliases are expanded. */
  readonly depth: number;
}

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly text: string;
  readonly isPlain: boolean;
}

export interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly items: readonly YamlNode[];
}

export interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  readonly pairs: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}

/** What aliases may add to a text, in characters: ten lines of them can stand for terabytes. No Job is half as large. */
const MAX_EXPANSION = 10_000_000;

export interface ParsedText {
  /** The text that the nodes' offsets count in: the source with some of its lines indented. */
  readonly text: string;
  /** undefined for an empty one. */
  readonly documents: readonly (YamlNode | undefined)[];
}

/** Every document of a text. Throws a YamlError. */
export function parseNodes(source: string): ParsedText {
  const { text, events } = readEvents(source);
  const parser = createParser(text, events);
  const documents: (YamlNode | undefined)[] = [];
  while (parser.hasMore()) documents.push(parser.document());
  return { text, documents };
}

function createParser(source: string, events: readonly Event[]) {
  let next = 0;
  let offset = 0;
  let anchors = new Map<string, { node?: YamlNode }>();
  const slice = (start: number, end: number) => (start < 0 ? "" : source.slice(start, end));

  const isClosed = () => events[next]?.type === EVENT_ID.POP && ++next > 0;

  function document(): YamlNode | undefined {
    next++;
    anchors = new Map();
    const root = isClosed() ? undefined : node();
    if (root) next++;
    return root;
  }

  function node(): YamlNode {
    const event = events[next++];
    if (!event || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP)
      throw new Error("the YAML parser gave its events in an unknown order");
    const anchor = slice(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.ALIAS) return aliased(anchor, event.anchorStart);
    offset = startOf(event) ?? offset;
    const anchored: { node?: YamlNode } = {};
    if (anchor) anchors.set(anchor, anchored);
    anchored.node = bounded(content(event));
    return anchored.node;
  }

  function content(event: Exclude<Event, { type: 1 | 5 | 6 }>): YamlNode {
    const base = { offset, tag: tagName(slice(event.tagStart, event.tagEnd)) };
    if (event.type === EVENT_ID.SCALAR) {
      const text = getScalarValue(source, event);
      const isPlain = event.style === SCALAR_STYLE.PLAIN;
      return { kind: "scalar", ...base, text, isPlain, size: text.length + 1, depth: 0 };
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      const items: YamlNode[] = [];
      while (!isClosed()) items.push(node());
      return { kind: "sequence", ...base, items, ...extent(items) };
    }
    const pairs: { key: YamlNode; value: YamlNode }[] = [];
    while (!isClosed()) pairs.push({ key: node(), value: node() });
    return { kind: "mapping", ...base, pairs, ...extent(pairs.flatMap(Object.values<YamlNode>)) };
  }

  function aliased(name: string, at: number): YamlNode {
    const anchored = anchors.get(name);
    if (anchored?.node) return anchored.node;
    const problem = anchored ? "an alias inside of its own anchor" : "an unknown alias";
    throw yamlError(source, at, problem);
  }

  function bounded(made: YamlNode): YamlNode {
    if (made.size > source.length + MAX_EXPANSION)
      throw yamlError(source, made.offset, "aliases that expand to too much");
    if (made.depth > MAX_DEPTH)
      throw yamlError(source, made.offset, `nesting deeper than ${MAX_DEPTH} levels`);
    return made;
  }

  return { hasMore: () => next < events.length, document };
}

const extent = (children: readonly YamlNode[]) => ({
  size: children.reduce((sum, { size }) => sum + size, 1),
  depth: children.reduce((deepest, { depth }) => Math.max(deepest, depth), 0) + 1,
});

function startOf(event: Event): number | undefined {
  if ("start" in event) return event.start;
  if ("valueStart" in event && event.valueStart >= 0) return event.valueStart;
  return undefined; // an empty value, which is where its key is
}

/** `!!str` and `!<tag:yaml.org,2002:str>` are `str`; tags that are not YAML's own keep their `!`. */
const tagName = (written: string) =>
  written.replace(/^(?:!!|!<tag:yaml\.org,2002:)([^>]*)>?$/, "$1");
