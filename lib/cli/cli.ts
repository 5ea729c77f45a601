import yargs, { type Argv } from "yargs";
import { quote, quoteKey } from "../runs/quote.ts";
import type { CommonOptions } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT } from "./exit-codes.ts";
import { note, paint, print, processTerminal, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Arguments that yargs repeats, through the one function that quotes. */
function quoteWithin(message: string): string {
  return message
    .replace(/(?<=Unknown \w+: ).*/s, (names) => names.split(", ").map(quoteKey).join(", "))
    .replace(/(?<=Given: )"(.*?)"(?=, Choices)/gs, (_, given) => quote(given));
}

/** yargs' own complaints about a command line come as a message or as its own error; what a command throws passes through. */
function refuse(message: string | null, error: Error | undefined): never {
  if (error && error.name !== "YError") throw error;
  throw new UsageError(
    message ? quoteWithin(message) : String(error),
    "slipway --help shows the commands and their options.",
  );
}

/** Options and positionals that take several values; `_` and `--` are what yargs calls the rest of the line. */
const LISTS: ReadonlySet<string> = new Set(["set", "env", "ids", "_", "--"]);

/** Every other one is given once: of two names or images one would be lost without a word. */
function refuseRepeated(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options))
    if (Array.isArray(value) && !LISTS.has(name))
      throw new UsageError(
        `--${name} is given twice`,
        "Only --set and --env may be repeated; each adds a value.",
      );
}

/** One call of `slipway`, from its arguments to its exit code. It never throws. */
export async function runCli(
  args: readonly string[],
  version: string,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const done = (code: number) => {
    exitCode = code;
  };
  try {
    const parser = createParser(args, version);
    for (const bind of COMMANDS) parser.command(bind(terminal, done));
    parser.completion("completion", "Print a completion script for bash or zsh");
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    return await report(error, args, terminal);
  }
}

function createParser(args: readonly string[], version: string): Argv<CommonOptions> {
  return yargs(args.length === 0 ? ["--help"] : args)
    .scriptName("slipway")
    .usage(
      "$0 <command>\n\nA message becomes a Kubernetes Job, a Docker container or a process, exactly once, and its result comes back.",
    )
    .option("config", {
      type: "string",
      requiresArg: true,
      describe: "Configuration file (SLIPWAY_CONFIG, or slipway.yml)",
    })
    .option("json", { type: "boolean", default: false, describe: "JSON lines on stdout" })
    .option("debug", { type: "boolean", default: false, describe: "Log everything; show stacks" })
    .group(["config", "json", "debug", "help", "version"], "Common options:")
    .parserConfiguration({
      "populate--": true,
      "greedy-arrays": false,
      "dot-notation": false,
      "duplicate-arguments-array": true, // without it a repeated option keeps its last value alone
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .epilogue("Exit codes and everything else: docs/cli.md")
    .demandCommand(1, "Say what to do: run, preview, submit, …")
    .recommendCommands()
    .strict()
    .middleware(refuseRepeated, true)
    .version(version)
    .alias("help", "h")
    .locale("en")
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail(refuse) as Argv<CommonOptions>;
}

async function report(
  error: unknown,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { presentError } = await import("./present-error.ts");
  const { exitCode, lines, hint } = presentError(error);
  const [first = "", ...rest] = lines;
  if (args.includes("--json"))
    print(terminal, JSON.stringify({ error: { exitCode, lines, hint } }));
  note(terminal, `${paint(terminal.stderr, "red", "slipway:")} ${first}`);
  for (const line of rest) note(terminal, line);
  if (hint) note(terminal, paint(terminal.stderr, "dim", hint));
  if (args.includes("--debug") && error instanceof Error)
    note(terminal, error.stack ?? String(error));
  return exitCode;
}
