import { mask } from "../../../runs/redact.ts";
import { cutText } from "../../../runs/text.ts";
import type { ApiStatus } from "./api-types.ts";

const MAX_TEXT = 1_000;

/** `Invalid value: "…": must be …`, the field library's own form. What stands where the value stands may be a secret. */
const QUOTED =
  /^((?:Invalid|Unsupported|Duplicate) value|Too long|Too many|Not found): ("(?:[^"\\]|\\.)*"|-?\d+|true|false|null)(?:: |$)/s;
const NAMED =
  /^((?:Invalid|Unsupported|Duplicate) value|Too long|Too many|Not found|Forbidden|Required value|Internal error)/;

/** Decoders of older API servers quote the body around what they stumbled over. */
const EXCERPT = /(?:, )?error found in #\d+ byte of .*$/s;

/**
 * What the API server said, without what it quotes from the manifest: a value of the environment can stand in it.
 * `secrets` are masked besides, wherever a policy of the cluster repeats them.
 */
export function statusText({ message = "", details }: ApiStatus, secrets: readonly string[] = []) {
  const causes = (details?.causes ?? []).map(({ field, message: words = "" }) =>
    [field, withoutValue(words)].filter(Boolean).join(": "),
  );
  const text = causes.length > 0 ? causes.join("; ") : message.replace(EXCERPT, "");
  return cutText(mask(text, secrets), MAX_TEXT);
}

function withoutValue(words: string): string {
  const [quoted, kind] = QUOTED.exec(words) ?? [];
  if (quoted !== undefined) return [kind, words.slice(quoted.length)].filter(Boolean).join(": ");
  if (/^(Forbidden|Required value|Internal error)/.test(words)) return words;
  return NAMED.exec(words)?.[1] ?? words;
}
