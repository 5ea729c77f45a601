/** Whether one of the patterns fits the whole text: `*` is anything without `/`, `**` anything, `?` one character. */
export function matches(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => toRegExp(pattern).test(text));
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*{1,2}|\?/g, (wild) => (wild === "**" ? ".*" : wild === "*" ? "[^/]*" : "[^/]"));
  return new RegExp(`^${source}$`, "s");
}
