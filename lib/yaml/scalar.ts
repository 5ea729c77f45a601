import {
  boolCoreTag,
  boolYaml11Tag,
  floatCoreTag,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  type ScalarTagDefinition,
} from "js-yaml";

export type Scalar = string | number | boolean | null;

/**
 * A plain scalar as kubectl reads it: sigs.k8s.io/yaml on go-yaml v2, whose `resolve` this follows. That is YAML 1.1
 * without its base 60, with Go's number literals (`0o17`, `0X1F`), and dates stay text.
 */
export function kubectlScalar(text: string): Scalar {
  if (isNull(text)) return null;
  return firstOf([boolYaml11Tag], text) ?? goNumber(text) ?? text;
}

/** A plain scalar in the core schema of YAML 1.2. */
export function yaml12Scalar(text: string): Scalar {
  if (isNull(text)) return null;
  return firstOf([boolCoreTag, intCoreTag, floatCoreTag], text) ?? text;
}

/** A scalar with a tag of its own, as kubectl reads it. undefined where the text is none of the tag's. */
export function taggedScalar(tag: string, text: string): Scalar | undefined {
  const scalar = kubectlScalar(text);
  switch (tag) {
    case "bool":
      return typeof scalar === "boolean" ? scalar : undefined;
    case "int":
      return Number.isInteger(scalar) ? scalar : undefined;
    case "float":
      return typeof scalar === "number" ? scalar : undefined;
    case "null":
      return scalar === null ? scalar : undefined;
    case "binary":
      return fromBase64(text);
    default:
      return text;
  }
}

const isNull = (text: string) => nullCoreTag.resolve(text, false, nullCoreTag.tagName) === null;

function firstOf(
  tags: readonly ScalarTagDefinition<number | boolean>[],
  text: string,
): number | boolean | undefined {
  for (const tag of tags) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return undefined;
}

const INTEGER =
  /^[-+]?(?:0x(?<hex>[0-9a-f]+)|0b(?<binary>[01]+)|0o?(?<octal>[0-7]+)|(?<decimal>0|[1-9][0-9]*))$/i;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const STRAY_UNDERSCORE = /_(?![0-9])|(?<![0-9])_/;
const SPECIAL = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** `strconv.ParseInt(text, 0, 64)`, then `ParseUint`, then `ParseFloat`, as go-yaml calls them. */
function goNumber(text: string): number | undefined {
  if (SPECIAL.test(text)) return specialNumber(text);
  if (!/^[-+.0-9]/.test(text)) return undefined;
  if (text.startsWith(".") && STRAY_UNDERSCORE.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  return integer(plain) ?? (FLOAT.test(plain) ? finite(Number(plain)) : undefined);
}

function integer(text: string): number | undefined {
  const { hex, binary, octal, decimal } = INTEGER.exec(text)?.groups ?? {};
  const digits = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal;
  if (digits === undefined) return undefined;
  const size = BigInt(digits);
  const value = text.startsWith("-") ? -size : size;
  return value >= -(2n ** 63n) && value < 2n ** 64n ? Number(value) : undefined;
}

function specialNumber(text: string): number {
  if (text.toLowerCase() === ".nan") return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

function fromBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n]/g, ""); // as Go's decoder, which ignores line ends alone
  const bytes = Buffer.from(compact, "base64");
  return bytes.toString("base64") === compact ? bytes.toString("utf8") : undefined;
}
