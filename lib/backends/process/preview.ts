import { quote } from "shlex";
import { mask, maskEnvironment, secretValues } from "../../runs/redact.ts";
import type { LaunchRecord } from "./records.ts";

const ASSIGNABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The plan as a shell would run it: `KEY=value \` lines, then the command. What an assignment cannot say (a variable
 * taken away, a name that is none for a shell) goes through env(1).
 */
export function shellText({ command, env, unset }: LaunchRecord): string {
  const secrets = secretValues(env);
  const show = (text: string) => quote(mask(text, secrets));
  const shown = Object.entries(maskEnvironment(env));
  const plain = shown.filter(([name]) => ASSIGNABLE.test(name));
  const odd = shown.filter(([name]) => !ASSIGNABLE.test(name));
  const through = [
    ...unset.map((name) => `-u ${quote(name)}`),
    ...odd.map(([name, value]) => show(`${name}=${value}`)),
  ];
  return [
    ...plain.map(([name, value]) => `${name}=${show(value)}`),
    ...(through.length > 0 ? [`env ${through.join(" ")}`] : []),
    command.map(show).join(" "),
  ].join(" \\\n");
}
