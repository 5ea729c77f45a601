import type { ArgumentsCamelCase, Argv, CommandModule } from "yargs";
import type { Terminal } from "./terminal.ts";

/** What every command is given besides its own options. */
export interface CommonOptions {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly debug: boolean;
}

/** One command: what its line may say, and what it does. Its work is loaded when it is called, so that help is instant. */
export interface Command<Options> {
  /** Name and positionals as yargs writes them: `status <id>`. */
  readonly line: string;
  readonly describe: string;
  /** Command line → what it does. */
  readonly examples: readonly (readonly [string, string])[];
  readonly options: (yargs: Argv<CommonOptions>) => Argv<Options>;
  /** Returns the exit code. */
  readonly act: (options: ArgumentsCamelCase<Options>, terminal: Terminal) => Promise<number>;
}

/** A command without the type of its options: what the list of all commands holds. */
export type BoundCommand = (
  terminal: Terminal,
  done: (exitCode: number) => void,
) => CommandModule<CommonOptions, unknown>;

export function defineCommand<Options>(command: Command<Options>): BoundCommand {
  return (terminal, done) => ({
    command: command.line,
    describe: command.describe,
    builder: (yargs) => {
      const examples = command.examples.map(([line, what]): [string, string] => [line, what]);
      return command.options(yargs.example(examples)) as Argv<unknown>;
    },
    handler: async (options: ArgumentsCamelCase<unknown>) => {
      done(await command.act(options as ArgumentsCamelCase<Options>, terminal));
    },
  });
}
