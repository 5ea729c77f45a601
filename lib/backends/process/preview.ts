import { quote } from "shlex";
import { findSecrets } from "../../runs/find-secrets.ts";
import { mask, maskEnvironment } from "../../runs/redact.ts";
import type { LaunchRecord } from "./records.ts";

const ASSIGNABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The plan as a shell would run it: `KEY=value \` lines, then the command. What an assignment cannot say (a variable
 * taken away, a name that is none for a shell) goes through env(1).
 */
export function shellText(launch: LaunchRecord): string {
  const { command, env, unset } = launch;
  const secrets = findSecrets(launch);
  const show = (text: string) => quote(mask(text, secrets));
  const shown = Object.entries(maskEnvironment(env));
  const plain = shown.filter(([name]) => ASSIGNABLE.test(name));
  const odd = shown.filter(([name]) => !ASSIGNABLE.test(name));
  const through = [
    ...unset.map((name) => `-u ${show(name)}`),
    ...odd.map(([name, value]) => show(`${name}=${value}`)),
  ];
  return [
    ...plain.map(([name, value]) => `${name}=${show(value)}`),
    ...(through.length > 0 ? [`env ${through.join(" ")}`] : []),
    command.map(show).join(" "),
  ].join(" \\\n");
}
