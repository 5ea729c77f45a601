import type { Argv } from "yargs";
import type { InfrastructureType } from "../runs/infrastructure.ts";
import type { CommonOptions } from "./command.ts";
import type { RequestOptions } from "./input/requests.ts";

/** Spelled out, so that help need not load the schemas. */
const TYPES = [
  "process",
  "docker-container",
  "kubernetes-job",
] as const satisfies readonly InfrastructureType[];

/** What every command that takes a request understands. */
export function requestOptions(yargs: Argv<CommonOptions>) {
  return yargs
    .positional("file", { type: "string", describe: "YAML or JSON file; - reads stdin" })
    .nargs("file", 1) // without it yargs takes a lone - for an option
    .option("set", {
      type: "string",
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: "Change a field: --set infrastructure.env.DEBUG=1",
    })
    .option("type", {
      choices: TYPES,
      requiresArg: true,
      describe: "Without a file: where the command after -- runs",
    })
    .option("image", { type: "string", requiresArg: true, describe: "Without a file: its image" })
    .option("name", { type: "string", requiresArg: true, describe: "Without a file: its name" })
    .option("env", {
      type: "string",
      array: true,
      default: [] as string[],
      requiresArg: true,
      describe: "Without a file: a variable, NAME=value",
    });
}

type Parsed = Omit<RequestOptions, "file" | "command" | "type" | "image" | "name"> & {
  readonly file?: string | undefined;
  readonly type?: string | undefined;
  readonly image?: string | undefined;
  readonly name?: string | undefined;
  readonly "--"?: unknown;
};

/** The request's part of a parsed command line. */
export function toRequestOptions({
  file,
  set,
  type,
  image,
  name,
  env,
  ...rest
}: Parsed): RequestOptions {
  const after = rest["--"];
  const command = Array.isArray(after) ? after.map(String) : [];
  return { file, set, type, image, name, env, command };
}
