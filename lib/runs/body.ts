import { isRecord } from "./canonical-json.ts";
import { invalid } from "./launch-error.ts";

/** What one message body may be; beyond these it is refused before anything is built from it. */
export const BODY_LIMITS = {
  bytes: 1_048_576, // what SQS carries
  depth: 64,
  keys: 10_000,
  items: 10_000,
} as const;

/** Keys through which merged or patched objects reach a prototype. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** A message body as JSON, unwrapped of SNS, EventBridge and CloudEvents. Throws a LaunchError `Invalid`. */
export function readBody(body: string): unknown {
  return unwrap(parseJson(body));
}

/** JSON within the limits. Throws a LaunchError `Invalid` that says what was wrong and where. */
export function parseJson(body: string): unknown {
  if (Buffer.byteLength(body, "utf8") > BODY_LIMITS.bytes)
    throw refuse(`is larger than ${BODY_LIMITS.bytes} bytes`);
  if (body.trim() === "") throw refuse("is empty; expected a JSON object");
  scan(body);
  try {
    return JSON.parse(body);
  } catch (error) {
    throw refuse(`is not JSON: ${syntaxOf(error)}`);
  }
}

const refuse = (message: string) => invalid([{ path: "", message: `the message body ${message}` }]);

/** The parser's complaint without the excerpt of the text that it quotes: that may hold a secret. */
function syntaxOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position \d+/.exec(message)?.[0];
  if (position) return `it breaks off or goes wrong ${position}`;
  return /end of JSON/i.test(message) ? "it breaks off" : "it does not begin as JSON does";
}

interface Frame {
  /** Keys seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
}

/** Walks the text once, without recursion, and counts; what is not JSON at all is left for the parser to refuse. */
function scan(body: string): void {
  const frames: Frame[] = [];
  let keys = 0;
  let items = 0;
  for (let at = 0; at < body.length; at++) {
    const character = body[at];
    const frame = frames.at(-1);
    if (character === '"') {
      const end = endOfString(body, at);
      if (frame?.expectsKey) {
        if (++keys > BODY_LIMITS.keys) throw refuse(`has more than ${BODY_LIMITS.keys} keys`);
        addKey(frame, body.slice(at, end + 1));
      }
      at = end;
    } else if (character === "{" || character === "[") {
      if (frames.length >= BODY_LIMITS.depth)
        throw refuse(`is nested deeper than ${BODY_LIMITS.depth}`);
      const isObject = character === "{";
      frames.push({ keys: isObject ? new Set() : undefined, expectsKey: isObject });
    } else if (character === "}" || character === "]") {
      frames.pop();
    } else if (character === "," && frame) {
      if (frame.keys) frame.expectsKey = true;
      else if (++items > BODY_LIMITS.items)
        throw refuse(`has arrays of more than ${BODY_LIMITS.items} items`);
    }
  }
}

function addKey(frame: Frame, quoted: string): void {
  frame.expectsKey = false;
  const key = unquote(quoted);
  if (FORBIDDEN_KEYS.has(key)) throw refuse(`has the key ${quoted}, which is not allowed`);
  if (frame.keys?.has(key)) throw refuse(`gives the key ${quoted.slice(0, 80)} twice`);
  frame.keys?.add(key);
}

function unquote(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted; // a broken escape: the parser refuses the whole body after this scan
  }
}

function endOfString(body: string, start: number): number {
  for (let at = start + 1; at < body.length; at++) {
    if (body[at] === "\\") at++;
    else if (body[at] === '"') return at;
  }
  return body.length;
}

/** A request inside another service's envelope, at most three deep (SNS to SQS of an EventBridge event, say). */
function unwrap(value: unknown, levels = 3): unknown {
  if (!isRecord(value) || levels === 0) return value;
  if (value.Type === "Notification" && typeof value.Message === "string")
    return unwrap(parseJson(value.Message), levels - 1);
  if ("detail-type" in value && "detail" in value) return unwrap(value.detail, levels - 1);
  if ("specversion" in value && "data" in value) return unwrap(value.data, levels - 1);
  return value;
}
