/** One thing that is wrong with a YAML text. It quotes no value of the text, which may hold secrets. */
export interface YamlProblem {
  /** `infrastructures.nightly.env.DEBUG`; empty where the text cannot be parsed so far. */
  readonly path: string;
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export class YamlError extends Error {
  override readonly name = "YamlError";

  readonly problems: readonly YamlProblem[];

  constructor(problems: readonly YamlProblem[]) {
    super(describeYamlProblems(problems));
    this.problems = problems;
  }
}

/** So many are named; a hostile text can have thousands. */
const MAX_NAMED = 20;

function describeYamlProblems(problems: readonly YamlProblem[]): string {
  const named = problems
    .slice(0, MAX_NAMED)
    .map(({ path, message, line, column }) => {
      const subject = path ? `${path}: ` : "";
      return `${subject}${message} at line ${line}, column ${column}`;
    })
    .join("; ");
  const more = problems.length - MAX_NAMED;
  return more > 0 ? `${named}; and ${more} more problems` : named;
}

/** The error for one place of a text. */
export function yamlError(source: string, offset: number, message: string, path = ""): YamlError {
  return new YamlError([{ path, message, ...placeOf(source, offset) }]);
}

/** More than any line of a text that nests 100 levels deep needs. */
export const ADDED_INDENTATION = " ".repeat(256);

/** Line and column as the author of the text counts them. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  const added = source.startsWith(ADDED_INDENTATION, lineStart) ? ADDED_INDENTATION.length : 0;
  const column = Math.max(0, offset - lineStart - added) + 1;
  return { line: before.split("\n").length, column };
}
