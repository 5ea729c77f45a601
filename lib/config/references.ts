/** Where the value of a reference is kept: Secrets Manager, the Parameter Store, the environment, a file. */
export const SCHEMES = ["secret", "ssm", "env", "file"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** One `${scheme:name}` or `${scheme:name#field}` in a text. */
export interface Reference {
  /** As written; what errors show. */
  readonly text: string;
  readonly scheme: string;
  readonly name: string;
  /** The key to take of a value that is a JSON object; undefined for the whole value. */
  readonly field: string | undefined;
}

/**
 * A name does not begin as a shell's own operators do: `${env:-prod}` in a command is the shell's default for `$env`.
 * A doubled dollar keeps the text as it stands: `$${env:HOME}` means `${env:HOME}`.
 */
const REFERENCE = /\$(\$?)\{([a-z][a-z0-9_]*):(?![-=+?])([^{}#]+)(?:#([^{}]+))?\}/gi;

/** Every reference of a text, in order; those of unknown schemes, too. */
export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].flatMap(([whole, doubled, scheme, name, field]) =>
    doubled ? [] : [{ text: whole, scheme: scheme ?? "", name: name ?? "", field }],
  );
}

/** The text with each reference replaced by what `lookUp` says; undefined leaves it as it stands. */
export function replaceReferences(
  text: string,
  lookUp: (reference: Reference) => string | undefined,
): string {
  return rewrite(text, lookUp, (escaped) => escaped.slice(1));
}

/** The same for a text whose references are read later: what is escaped stays so. */
export function rewriteReferences(
  text: string,
  change: (reference: Reference) => string | undefined,
): string {
  return rewrite(text, change, (escaped) => escaped);
}

function rewrite(
  text: string,
  lookUp: (reference: Reference) => string | undefined,
  keepEscaped: (escaped: string) => string,
): string {
  return text.replace(REFERENCE, (whole, doubled, scheme, name, field) =>
    doubled ? keepEscaped(whole) : (lookUp({ text: whole, scheme, name, field }) ?? whole),
  );
}

export function isKnownScheme(scheme: string): scheme is Scheme {
  return SCHEMES.some((known) => known === scheme);
}

/** Kept outside this machine: reading it takes a call to AWS. */
export function isRemote({ scheme }: Reference): boolean {
  return scheme === "secret" || scheme === "ssm";
}
