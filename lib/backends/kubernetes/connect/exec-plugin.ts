import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { sep } from "node:path";
import type { Authenticator } from "@kubernetes/client-node/dist/auth.js";
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { isRecord } from "../../../runs/canonical-json.ts";
import { mask, maskCredentials } from "../../../runs/redact.ts";
import { cleanText } from "../../../runs/text.ts";
import {
  type Fields,
  type KubeconfigSource,
  pathFrom,
  type SelectedContext,
  textOf,
  wrong,
} from "./kubeconfig-file.ts";

/** The auth provider under which a user's plugin is given to client-node. */
export const EXEC_PLUGIN = "exec-plugin";

/** One that waits for somebody to log in waits for ever, in milliseconds. */
const DEADLINE_MS = 60_000;

interface Plugin {
  readonly command: string;
  readonly fields: Fields;
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/**
 * The program that says who we are. client-node runs it and reads what it prints; its version 2.0.1 has no deadline, keeps
 * the program's input open, looks for it in our own folder, never sets KUBERNETES_EXEC_INFO and tells no exit code.
 */
export function createExecPlugin(source: KubeconfigSource, chosen: SelectedContext): Authenticator {
  const plugin = readPlugin(source, chosen);
  const auth = new ExecAuth();
  let ended: number | NodeJS.Signals | undefined;
  const execFn = (command: string, args: readonly string[] = [], options: SpawnOptions = {}) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
    });
    child.once("exit", (code, signal) => {
      ended = signal ?? code ?? undefined;
      if (signal) closePipes(child);
    });
    return child;
  };
  Object.assign(auth, { execFn });
  const exec = { ...plugin.fields, command: plugin.command, env: plugin.env };
  return {
    isAuthProvider: (user) => isRecord(user.authProvider) && user.authProvider.name === EXEC_PLUGIN,
    async applyAuthentication(user, options) {
      try {
        await auth.applyAuthentication({ ...user, exec }, options);
      } catch (error) {
        throw pluginError(source, plugin, error, ended);
      }
    },
  };
}

/** What the killed program started itself may hold them open. */
function closePipes({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy();
  stderr?.destroy();
}

function readPlugin(source: KubeconfigSource, chosen: SelectedContext): Plugin {
  const { fields, folder } = chosen.user;
  const exec: Fields = isRecord(fields.exec) ? fields.exec : {};
  const command = textOf(exec.command);
  if (!command) throw wrong(source, "its exec plugin has no command");
  if (exec.interactiveMode === "Always")
    throw wrong(source, `its exec plugin ${command} wants a terminal (interactiveMode: Always)`);
  const given = Array.isArray(exec.env) ? exec.env.filter(isRecord) : [];
  return {
    command: isPath(command) ? pathFrom(source, folder, "exec.command", command) : command,
    fields: { ...exec, args: Array.isArray(exec.args) ? exec.args.map(String) : [] },
    env: [
      ...given.map(({ name, value }) => ({ name: String(name), value: String(value ?? "") })),
      { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(execInfo(source, exec, chosen)) },
    ],
  };
}

const isPath = (command: string) => command.includes("/") || command.includes(sep);

/** https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function execInfo(source: KubeconfigSource, exec: Fields, { cluster }: SelectedContext) {
  const { apiVersion, provideClusterInfo } = exec;
  const about = provideClusterInfo === true ? { cluster: clusterInfo(source, cluster) } : {};
  return { apiVersion, kind: "ExecCredential", spec: { ...about, interactive: false } };
}

const CLUSTER_INFO = [
  "server",
  "tls-server-name",
  "insecure-skip-tls-verify",
  "certificate-authority-data",
  "proxy-url",
  "disable-compression",
];

function clusterInfo(source: KubeconfigSource, { fields, folder }: SelectedContext["cluster"]) {
  const info = Object.fromEntries(
    CLUSTER_INFO.flatMap((field) => (field in fields ? [[field, fields[field]]] : [])),
  );
  const caFile = textOf(fields["certificate-authority"]);
  if (caFile && !info["certificate-authority-data"]) {
    const path = pathFrom(source, folder, "certificate-authority", caFile);
    info["certificate-authority-data"] = readFileSync(path).toString("base64");
  }
  const extensions = Array.isArray(fields.extensions) ? fields.extensions.filter(isRecord) : [];
  const own = extensions.find(({ name }) => name === "client.authentication.k8s.io/exec");
  return { ...info, ...(own === undefined ? {} : { config: own.extension }) };
}

/** Of what a plugin says, its end: that is where it says why. */
const MAX_WORDS = 600;

function pluginError(
  source: KubeconfigSource,
  { command, fields, env }: Plugin,
  error: unknown,
  ended: number | NodeJS.Signals | undefined,
) {
  const title = `its exec plugin ${command}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    const hint = textOf(fields.installHint);
    return wrong(source, `${title} is not found`, hint ? { hint: cleanText(hint).trim() } : {});
  }
  if (code !== undefined) return wrong(source, `${title} cannot be started (${code})`);
  if (ended === "SIGKILL")
    return wrong(source, `${title} did not answer within ${DEADLINE_MS / 1_000} s`);
  // What it printed is a credential, or was to be one: the parser's words would quote it.
  if (ended === 0) return wrong(source, `${title} prints no ExecCredential`);
  const secrets = env.map(({ value }) => value);
  const words = maskCredentials(mask(cleanText(message).trim(), secrets)).slice(-MAX_WORDS);
  const how = typeof ended === "number" ? `exit code ${ended}` : ended;
  return wrong(source, `${title} failed (${how})${words ? `: ${words}` : ""}`);
}
