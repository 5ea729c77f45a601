import latinize from "@sindresorhus/transliterate";
import { transliterate } from "transliteration";

/**
 * A display name made fit for a DNS label: transliterated to ASCII, lower case, runs of other characters than
 * `[a-z0-9-]` become one `-`, trimmed of `-`, at most `maxLength` characters. Empty where nothing is left.
 */
export function slugify(name: string, maxLength: number): string {
  const toSlug = (ascii: string) => trimDashes(ascii.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  return trimDashes(asciiName(name, toSlug).slice(0, maxLength));
}

/**
 * A display name in ASCII, made fit by `toSlug`. Names of runs are their identity, and at first only the scripts of
 * Europe and Arabic were transliterated: a name that this gives something for stays as it is, whatever else it drops.
 */
export function asciiName(name: string, toSlug: (ascii: string) => string): string {
  const plain = withoutAccents(name);
  return toSlug(plain.replace(FOREIGN, (text) => latinize(text))) || toSlug(romanize(plain));
}

/** A text in ASCII: letters lose their accents, as in Prefect's slugs (`ö` is `o`), and every script is transliterated. */
export function toAscii(text: string): string {
  return romanize(withoutAccents(text));
}

const FOREIGN = /\P{ASCII}+/gu; // the libraries would change `^` and its like

const withoutAccents = (text: string) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");

/** `latinize` knows fewer scripts, and leaves their letters as they are; words of them go to the other library whole. */
function romanize(plain: string): string {
  return plain.replace(FOREIGN, (text) =>
    latinize(text).replace(FOREIGN, (word) => transliterate(word)),
  );
}

const trimDashes = (text: string) => text.replace(/^-+|-+$/g, "");
