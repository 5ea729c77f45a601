import { type Event, parseEvents, YAMLException } from "js-yaml";
import { ADDED_INDENTATION, yamlError } from "./yaml-error.ts";

/** No request and no Job nests half as deep. */
export const MAX_DEPTH = 100;

/** What js-yaml says of a line of flow style that is indented no more than its parent, or by tabs. */
const FLAT_LINE = "deficient indentation";
const MAX_FLAT_LINES = 1_000;

/**
 * The events of a text. kubectl's parser does not mind how the lines inside of brackets and quotes are indented. That
 * space is no part of any value, so it is put right where js-yaml, which keeps to YAML 1.2, wants it.
 */
export function readEvents(source: string): { text: string; events: readonly Event[] } {
  let text = source;
  for (let lines = 0; ; lines++) {
    try {
      return { text, events: parseEvents(text, { maxDepth: MAX_DEPTH }) };
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      const { reason, mark } = error; // its message quotes the text
      const offset = mark?.position ?? 0;
      const isFlat = reason === FLAT_LINE && lines < MAX_FLAT_LINES;
      const better = isFlat ? indent(text, offset, offset - (mark?.column ?? 0)) : undefined;
      if (better === undefined) throw yamlError(text, offset, withoutText(reason));
      text = better;
    }
  }
}

/** A few reasons repeat the tag or the name that they refuse. */
const withoutText = (reason: string) => reason.replace(/ ?"[^"]*"|: .*$/gs, "");

/** undefined where indentation is not what is wrong. */
function indent(text: string, offset: number, lineStart: number): string | undefined {
  const before = text.slice(0, offset);
  const withoutTabs = before.replace(/[ \t]*[[{]?$/, (gap) => gap.replaceAll("\t", " "));
  if (withoutTabs !== before) return withoutTabs + text.slice(offset);
  if (text.startsWith(ADDED_INDENTATION, lineStart)) return undefined;
  return text.slice(0, lineStart) + ADDED_INDENTATION + text.slice(lineStart);
}
