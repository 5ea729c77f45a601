import fc from "fast-check";

/** Text of any code units, lone surrogates included. Quicker than `fc.string({ unit: "binary" })`, which first lists all of Unicode. */
export function anyText(maxLength = 40): fc.Arbitrary<string> {
  const unit = fc.integer({ min: 0, max: 0xffff });
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units));
}
