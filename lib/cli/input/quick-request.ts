import { quote } from "../../runs/quote.ts";
import { UsageError } from "../usage-error.ts";

/** A request said on the command line: `slipway run --type process -- echo hi`. */
export interface QuickOptions {
  readonly type: string | undefined;
  readonly image: string | undefined;
  readonly name: string | undefined;
  readonly env: readonly string[];
  /** What follows `--`. */
  readonly command: readonly string[];
}

/** Without a type an image means Docker, and no image a process. */
export function quickRequest({ type, image, name, env, command }: QuickOptions): object {
  const infrastructure = {
    type: type ?? (image ? "docker-container" : "process"),
    ...(command.length > 0 ? { command } : {}),
    ...(image === undefined ? {} : { image }),
    ...(name === undefined ? {} : { name }),
    ...(env.length > 0 ? { env: Object.fromEntries(env.map(variable)) } : {}),
  };
  return { infrastructure };
}

/** Whether the command line describes a request itself rather than naming a file. */
export function isQuick({ type, image, name, env, command }: QuickOptions): boolean {
  return (
    [type, image, name].some((given) => given !== undefined) || env.length + command.length > 0
  );
}

function variable(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(
    `--env ${quote(text)} has no value`,
    "Write it as NAME=value: --env DEBUG=1",
  );
}
