export const REDACTED = "[redacted]";

/** Shorter values than this are words that stand in any output; masking them would only make it unreadable. */
const MIN_SECRET_LENGTH = 4;

const SECRET_NAME =
  /passw|pwd|secret|token|credential|api_?key|access_?key|private|auth|dsn|conn(ection)?_?str/i;

/** Whether a variable or field of this name holds a secret as a rule. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The values of an environment that are to be masked wherever they come out. */
export function secretValues(env: Readonly<Record<string, string | null | undefined>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => isSecretName(name) && value)
    .map(([, value]) => value as string);
}

/** An environment as a preview shows it. */
export function maskEnvironment<V>(env: Readonly<Record<string, V>>): Record<string, V | string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      isSecretName(name) && value ? REDACTED : value,
    ]),
  );
}

/** A text without the given secrets, the longest first so that one secret inside another leaves nothing behind. */
export function mask(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((one, other) => other.length - one.length)
    .reduce((masked, secret) => masked.replaceAll(secret, REDACTED), text);
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
