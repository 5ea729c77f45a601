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
  const shown = Object.entries(maskEnvironment(env));
  const assign = ([name, value]: [string, string]) =>
    `=${quote(mask(value, secrets))}`.replace(/^/, name);
  const plain = shown.filter(([name]) => ASSIGNABLE.test(name)).map(assign);
  const odd = shown.filter(([name]) => !ASSIGNABLE.test(name));
  const words = command.map((word) => quote(mask(word, secrets))).join(" ");
  const through = [
    ...unset.map((name) => `-u ${quote(name)}`),
    ...odd.map(([name, value]) => quote(`${name}=${mask(value, secrets)}`)),
  ];
  const env1 = through.length > 0 ? [`env ${through.join(" ")}`] : [];
  return [...plain, ...env1, words].join(" \\\n");
}
