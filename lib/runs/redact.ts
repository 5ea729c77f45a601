export const REDACTED = "[redacted]";

/** Shorter values than this are words that stand in any output; masking them would only make it unreadable. */
const MIN_SECRET_LENGTH = 4;

/** A line of a longer secret (a PEM key, say) that is worth masking where it stands alone. */
const MIN_LINE_LENGTH = 12;

const SECRET_NAME =
  /passw|passphrase|passcode|(?:^|_|pg|db)pass$|(?<!^|^old)pwd|secret|token|credential|api_?key|access_?key|(?:^|[_-])key(?:$|[_-]data$)|private|auth|bearer|cookie|jwt|webhook|dsn|conn(?:ection)?_?str/i;

/** Whether a variable or field of this name holds a secret as a rule. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.slice(0, 256));
}

const URL_CREDENTIALS = /:\/\/([^\s/:@"']{0,128}):([^\s/@"']{1,512})@/g;
const AUTHORIZATION = /\b(Bearer|Basic)\s{1,8}[\w.~+/=-]{8,2048}/gi;

/** A text without the passwords of URLs and authorization headers, which are secrets wherever they stand. */
export function maskCredentials(text: string): string {
  return text
    .replace(URL_CREDENTIALS, `://$1:${REDACTED}@`)
    .replace(AUTHORIZATION, `$1 ${REDACTED}`);
}

/** The values of an environment that are to be masked wherever they come out. */
export function secretValues(env: Readonly<Record<string, string | null | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value) return [];
    return isSecretName(name) ? [value] : urlPasswords(value);
  });
}

function urlPasswords(text: string): string[] {
  if (!text.includes("://")) return [];
  return [...text.matchAll(URL_CREDENTIALS)].flatMap((match) => (match[2] ? [match[2]] : []));
}

/** An environment as a preview shows it. */
export function maskEnvironment<V>(env: Readonly<Record<string, V>>): Record<string, V | string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, maskVariable(name, value)]),
  );
}

function maskVariable<V>(name: string, value: V): V | string {
  if (isSecretName(name) && value) return REDACTED;
  return typeof value === "string" ? maskCredentials(value) : value;
}

/**
 * A text without the given secrets, in the forms they come out in: as they are, without white space around them, line
 * by line, and as JSON or a URL quotes them. The longest first, so that one secret inside another leaves nothing behind.
 */
export function mask(text: string, secrets: readonly string[]): string {
  return secretForms(secrets).reduce((masked, form) => masked.replaceAll(form, REDACTED), text);
}

/** Every text that gives one of the secrets away, the longest first. */
export function secretForms(secrets: readonly string[]): string[] {
  return [...new Set(secrets.flatMap(formsOf))]
    .filter((form) => form.length >= MIN_SECRET_LENGTH)
    .sort((one, other) => other.length - one.length);
}

/** A text cut at its front, without the rest of a secret that the cut went through. */
export function dropSplitSecret(text: string, secrets: readonly string[]): string {
  const rests = secrets.flatMap(formsOf).map((form) => splitLength(text, form));
  return text.slice(Math.max(0, ...rests));
}

function splitLength(text: string, form: string): number {
  for (let length = form.length - 1; length >= MIN_SECRET_LENGTH; length--)
    if (text.startsWith(form.slice(-length))) return length;
  return 0;
}

function formsOf(secret: string): string[] {
  const trimmed = secret.trim();
  const lines = trimmed.includes("\n") ? trimmed.split(/\r?\n/).map((line) => line.trim()) : [];
  return [
    secret,
    trimmed,
    JSON.stringify(trimmed).slice(1, -1),
    encodeURIComponent(trimmed.toWellFormed()),
    ...lines.filter((line) => line.length >= MIN_LINE_LENGTH),
  ];
}

/** A secret that cannot be shown by accident: it prints and serialises as a placeholder. Spell `reveal()` where it is used. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
