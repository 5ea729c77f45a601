import { isRecord } from "./canonical-json.ts";
import { jsonTokens, unquote } from "./json-scan.ts";
import { invalid, type LaunchError } from "./launch-error.ts";
import { quote } from "./quote.ts";

/** What one message body may be; beyond these it is refused before anything is built from it. */
export const BODY_LIMITS = {
  bytes: 1_048_576, // what SQS carries
  depth: 64,
  keys: 10_000,
  items: 10_000,
} as const;

/** Keys through which merged or patched objects reach a prototype. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * A message body as JSON, unwrapped of SNS, EventBridge and CloudEvents until `isContent` says that it is reached. Throws
 * a LaunchError `Invalid`.
 */
export function readBody(body: string, isContent = (_value: unknown) => false): unknown {
  return unwrap(parseJson(body), isContent);
}

/**
 * JSON within the limits. Throws a LaunchError `Invalid` that says what was wrong and where.
 *
 * @param path where in the request the text stands; empty for the message body itself
 */
export function parseJson(body: string, path = ""): unknown {
  const refuse = (message: string) => refuseAt(path, message);
  if (Buffer.byteLength(body, "utf8") > BODY_LIMITS.bytes)
    throw refuse(`is larger than ${BODY_LIMITS.bytes} bytes`);
  if (body.trim() === "") throw refuse("is empty; expected JSON");
  if (/^[\uFEFF\uFFFE\uFFFD]|^.?\0/.test(body))
    throw refuse("begins with a byte order mark or is UTF-16; expected JSON in UTF-8 without one");
  checkLimits(body, refuse);
  try {
    return JSON.parse(body);
  } catch (error) {
    throw refuse(`is not JSON: ${syntaxOf(error)}`);
  }
}

type Refuse = (message: string) => LaunchError;

const refuseAt = (path: string, message: string) =>
  invalid([{ path, message: path ? message : `the message body ${message}` }]);

/** The parser's complaint without the excerpt of the text that it quotes: that may hold a secret. */
function syntaxOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = / at position \d+ \(line \d+ column \d+\)$/.exec(message)?.[0];
  if (position) return `it breaks off or goes wrong${position}`;
  if (/end of JSON/i.test(message)) return "it breaks off";
  return "it holds something that JSON does not know; expected a JSON object";
}

interface Frame {
  /** Keys seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
}

/** Walks the text once, without recursion, and counts; what is not JSON at all is left for the parser to refuse. */
function checkLimits(body: string, refuse: Refuse): void {
  const frames: Frame[] = [];
  let keys = 0;
  let items = 0;
  for (const { kind, start, end } of jsonTokens(body)) {
    const frame = frames.at(-1);
    if (kind === '"' && frame?.expectsKey) {
      if (++keys > BODY_LIMITS.keys) throw refuse(`has more than ${BODY_LIMITS.keys} keys`);
      addKey(frame, body.slice(start, end), refuse);
    } else if (kind === "{" || kind === "[") {
      if (frames.length >= BODY_LIMITS.depth)
        throw refuse(`is nested deeper than ${BODY_LIMITS.depth} levels`);
      frames.push({ keys: kind === "{" ? new Set() : undefined, expectsKey: kind === "{" });
    } else if (kind === "}" || kind === "]") {
      frames.pop();
    } else if (kind === "," && frame?.keys) {
      frame.expectsKey = true;
    } else if (kind === "," && frame && ++items > BODY_LIMITS.items) {
      throw refuse(`has more than ${BODY_LIMITS.items} items in its arrays`);
    }
  }
}

function addKey(frame: Frame, quoted: string, refuse: Refuse): void {
  frame.expectsKey = false;
  const key = unquote(quoted) ?? quoted; // a broken one: the parser refuses the whole body after this walk
  const shown = quote(key);
  if (FORBIDDEN_KEYS.has(key)) throw refuse(`has the key ${shown}, which is not allowed`);
  if (frame.keys?.has(key)) throw refuse(`gives the key ${shown} twice`);
  frame.keys?.add(key);
}

/** So many envelopes are taken off: SNS to SQS of an EventBridge event with a CloudEvent in it, say. */
const MAX_ENVELOPES = 3;

function unwrap(value: unknown, isContent: (value: unknown) => boolean): unknown {
  let content = value;
  for (let taken = 0; taken < MAX_ENVELOPES && !isContent(content); taken++)
    content = isRecord(content) ? takeOff(content) : content;
  return content;
}

/** What an envelope holds; the value itself where it is none. */
function takeOff(value: Record<string, unknown>): unknown {
  if (value.Type === "Notification" && typeof value.Message === "string")
    return parseJson(value.Message);
  if ("detail-type" in value && "detail" in value) return value.detail;
  if ("specversion" in value && "data" in value) return value.data;
  if ("specversion" in value && typeof value.data_base64 === "string")
    return parseJson(decodeBase64(value.data_base64));
  return value;
}

/** CloudEvents carry data as base64 where their sender held it as bytes. */
function decodeBase64(text: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(text, "base64"),
    );
  } catch {
    throw refuseAt("", "has a data_base64 that is not UTF-8 text; expected JSON in it");
  }
}
