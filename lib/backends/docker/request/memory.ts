const UNITS = ["", "k", "m", "g", "t", "p"];
const SIZE = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i;

/** Bytes of a size as `docker run --memory` takes it: `512m`, `1.5g`, `64MiB`, `1048576`. undefined where it is none. */
export function parseMemory(size: string | number): number | undefined {
  if (typeof size === "number") return size;
  const [, amount, unit = ""] = SIZE.exec(size.trim()) ?? [];
  const bytes = Math.floor(Number(amount) * 1024 ** UNITS.indexOf(unit.toLowerCase()));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
