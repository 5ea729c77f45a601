const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as Kubernetes writes it (`500m`, `1.5Gi`, `2e3`) as a number; NaN where it is none. */
export function parseQuantity(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return Number.NaN;
  const [, digits, unit = ""] =
    /^([+-]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,3})?)([A-Za-z]{0,2})$/.exec(value) ?? [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return digits === undefined || factor === undefined ? Number.NaN : Number(digits) * factor;
}
