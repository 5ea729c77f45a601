import transliterate from "@sindresorhus/transliterate";

/**
 * A display name made fit for a DNS label: transliterated to ASCII, lower case, runs of other characters than
 * `[a-z0-9-]` become one `-`, trimmed of `-`, at most `maxLength` characters. Empty where nothing is left.
 */
export function slugify(name: string, maxLength: number): string {
  return trimDashes(
    trimDashes(
      toAscii(name)
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, "-")
        .replace(/-{2,}/g, "-"),
    ).slice(0, maxLength),
  );
}

/** Letters lose their accents, as Prefect's slugs have it: `ö` is `o` there; what has no Latin letters is transliterated. */
export function toAscii(text: string): string {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain.replace(/\P{ASCII}+/gu, (foreign) => transliterate(foreign)); // which would drop `^` and its like
}

const trimDashes = (text: string) => text.replace(/^-+|-+$/g, "");
