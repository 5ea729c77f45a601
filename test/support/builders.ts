import type { BackendDependencies } from "../../lib/backends/dependencies.ts";
import { DEFAULT_CONFIG } from "../../lib/config/default-config.ts";
import { digestOf } from "../../lib/runs/canonical-json.ts";
import type { Spec } from "../../lib/runs/infrastructure.ts";
import type { Secret } from "../../lib/runs/redact.ts";
import { parseSpec } from "../../lib/runs/request.ts";
import { type Run, runOf, type Target } from "../../lib/runs/run.ts";

/** A spec from what a request would say, defaults applied. */
export function aSpec<T extends Spec["type"]>(
  type: T,
  fields: Record<string, unknown> = {},
): Extract<Spec, { type: T }> {
  return parseSpec({ type, ...fields }) as Extract<Spec, { type: T }>;
}

let count = 0;

/** An id that no other test has. */
export function anId(): string {
  return `test-${process.pid}-${Date.now().toString(36)}-${count++}`;
}

export function aRun<S extends Spec>(
  spec: S,
  target: Target,
  { id = anId(), ...rest }: Partial<Omit<Run<S>, "spec" | "key">> & { id?: string } = {},
): Run<S> {
  const run = runOf({ id, spec, digest: digestOf(spec) }, { target }) as Run<S>;
  return { ...run, ...rest };
}

export function someBackendDependencies(
  overrides: Partial<BackendDependencies> = {},
): BackendDependencies {
  return {
    config: DEFAULT_CONFIG,
    secrets: { resolve: async (secret: Secret) => secret.reveal() },
    env: process.env,
    launcherTimeoutMs: 900_000,
    ...overrides,
  };
}
