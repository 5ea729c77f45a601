import { join } from "node:path";
import { FOUND_TARGET } from "../../config/targets.ts";
import { createPolicyGate } from "../../policy/check-policy.ts";
import type { ProcessSpec } from "../../runs/infrastructure.ts";
import { hashRunId } from "../../runs/names.ts";
import { secretValues } from "../../runs/redact.ts";
import type { RunKey, Target } from "../../runs/run.ts";
import type { Backend } from "../backend.ts";
import type { BackendDependencies } from "../dependencies.ts";
import { cancelRun } from "./cancel.ts";
import { checkMachine } from "./check.ts";
import { atEdge, streamAtEdge } from "./edge.ts";
import { runsDirectory } from "./layout.ts";
import { lookAt } from "./look.ts";
import { observedRun } from "./observe.ts";
import { followOpen, listOpen } from "./open.ts";
import { outputOf } from "./output.ts";
import { planOf } from "./plan.ts";
import { shellText } from "./preview.ts";
import { settleRun } from "./settle.ts";
import { startRecorder } from "./start-recorder.ts";
import { submitRun } from "./submit.ts";
import { sweepRuns } from "./sweep.ts";

/** How long a watcher waits for a run that it starts in a dead launcher's stead. */
const START_MS = 10_000;

/** Runs as processes of this machine, each under a recorder that outlives whoever started it. */
export function createProcessBackend(deps: BackendDependencies): Backend<ProcessSpec> {
  const { config, env, launcherTimeoutMs } = deps;
  const root = runsDirectory(config.process.directory, env);
  const checkPolicy = createPolicyGate(config.policy, env);
  const secrets = secretValues(env);
  const ephemeral = Boolean(env.AWS_LAMBDA_FUNCTION_NAME);
  const closing = new AbortController();
  const untilClosed = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  const pathOf = ({ hash }: Pick<RunKey, "hash">) => join(root, hash);

  const lookFor = (target: Target) => (path: string) =>
    lookAt(path, {
      target,
      launcherTimeoutMs,
      secrets,
      start: (directory) => startRecorder(directory, env, AbortSignal.timeout(START_MS)),
    });

  return {
    type: "process",
    ephemeral,

    locate: async () => ({ type: "process", name: FOUND_TARGET }),

    preview: (run) => {
      checkPolicy({ run });
      return { language: "shell", text: shellText(planOf(run)) };
    },

    submit: (run, signal) =>
      atEdge(async () => {
        checkPolicy({ run });
        const { outcome, facts } = await submitRun(
          run,
          {
            path: pathOf(run.key),
            ephemeral,
            start: (directory) => startRecorder(directory, env, signal),
          },
          signal,
        );
        return { outcome, run: observedRun(facts, run.key.target, secrets) };
      }),

    open: (target, options) => {
      const signal = untilClosed(options.signal);
      const look = lookFor(target);
      const list = options.follow ? followOpen(root, look, signal) : listOpen(root, look, signal);
      return streamAtEdge(list);
    },

    find: (target, id) =>
      atEdge(async () => {
        const found = await lookFor(target)(pathOf({ hash: hashRunId(id) }));
        return found?.run.key.id === id ? found : undefined;
      }),

    settle: (run) => atEdge(() => settleRun(pathOf(run.key), run)),

    cancel: (key, options) =>
      atEdge(async () => ({ outcome: await cancelRun(pathOf(key), key, options) })),

    output: (run, options) => {
      const signal = untilClosed(options.signal);
      return streamAtEdge(outputOf(pathOf(run.key), run, { ...options, signal }));
    },

    sweep: (_target, signal) =>
      atEdge(async () => {
        const retentionMs = config.retention_seconds * 1_000;
        const removed = await sweepRuns(root, { retentionMs, launcherTimeoutMs }, signal);
        return { removed };
      }),

    check: () => atEdge(() => checkMachine(root)),

    close: async () => closing.abort(),
  };
}
