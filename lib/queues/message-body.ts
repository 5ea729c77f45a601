/**
 * Every code unit that some SQS server refuses in a body: U+FFFE and U+FFFF, which AWS does; surrogates, which emulators
 * do although AWS takes pairs. In JSON an escape means the same as the character.
 */
const BEYOND_PLAIN = /[\ud800-\udfff\ufffe\uffff]/g;

/** JSON that any SQS server takes as it stands. */
export function toBody(value: unknown): string {
  return JSON.stringify(value).replace(BEYOND_PLAIN, escapeUnit);
}

const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
