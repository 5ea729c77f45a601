/** Whether one of the patterns fits the whole text: `*` is anything without `/`, `**` anything, `?` one character. */
export function matches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => compiled(pattern).test(text));
}

/** Patterns are the operator's, few and always the same. */
const known = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  const regExp = known.get(pattern) ?? toRegExp(pattern);
  known.set(pattern, regExp);
  return regExp;
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*{1,2}|\?/g, (wild) => (wild === "**" ? ".*" : wild === "*" ? "[^/]*" : "[^/]"));
  return new RegExp(`^${source}$`, "s");
}
