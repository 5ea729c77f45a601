interface Token {
  /** `"` for a whole string, otherwise the structural character itself. */
  readonly kind: '"' | "{" | "}" | "[" | "]" | "," | ":";
  readonly start: number;
  readonly end: number;
}

/** The strings and structural characters of a text that may be JSON, in order, without recursion and without judging it. */
export function* jsonTokens(text: string): Generator<Token> {
  for (let at = 0; at < text.length; at++) {
    const kind = text[at];
    if (kind === '"') {
      const end = endOfString(text, at);
      yield { kind, start: at, end };
      at = end - 1;
    } else if (isStructural(kind)) {
      yield { kind, start: at, end: at + 1 };
    }
  }
}

function isStructural(character: string | undefined): character is Exclude<Token["kind"], '"'> {
  return (
    character === "{" ||
    character === "}" ||
    character === "[" ||
    character === "]" ||
    character === "," ||
    character === ":"
  );
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** What a quoted JSON string says; undefined where it is broken. */
export function unquote(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The string under a key of the outermost object, read from a text whose rest may be broken, cut off or too large;
 * undefined where there is none, or where there are several that differ.
 */
export function outermostString(text: string, key: string): string | undefined {
  const found = new Set<string | undefined>();
  let depth = 0;
  let expectsKey = false;
  let isWanted = false;
  for (const { kind, start, end } of jsonTokens(text)) {
    if (kind === "{" || kind === "[") {
      if (depth === 0 && kind === "[") return undefined;
      depth++;
    } else if (kind === "}" || kind === "]") depth--;
    if (depth > 1 || kind === ":") continue;
    if (kind === '"' && expectsKey) isWanted = unquote(text.slice(start, end)) === key;
    else if (kind === '"' && isWanted) found.add(unquote(text.slice(start, end)));
    expectsKey = kind === "{" || kind === ",";
  }
  return found.size === 1 ? [...found][0] : undefined;
}
