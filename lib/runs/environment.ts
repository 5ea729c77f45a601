import type { Environment } from "./infrastructure.ts";
import type { Run } from "./run.ts";

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The `PREFECT_*` variables of the deployment's own environment, then what the configuration adds. */
export function baseEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const prefect = Object.entries(own).filter(
    (entry): entry is [string, string] => entry[0].startsWith("PREFECT_") && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(prefect), ...configured };
}

/** Base, then the request's own (null unsets), then what names the run. */
export function runEnvironment(
  base: Readonly<Record<string, string>>,
  requested: Environment,
  id: string,
): Record<string, string> {
  const merged: Environment = { ...base, ...requested, ...identity(id) };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** A run's whole environment; the trace context stands above the base and below what the request itself sets. */
export function environmentOf(run: Run): Record<string, string> {
  const trace = run.traceparent === undefined ? {} : { TRACEPARENT: run.traceparent };
  return runEnvironment({ ...run.baseEnvironment, ...trace }, run.spec.env, run.key.id);
}

/** `PREFECT__FLOW_RUN_ID` only where the id is a UUID: the flow engine parses it as one. */
function identity(id: string): Record<string, string> {
  const flowRun = UUID.test(id)
    ? { PREFECT__FLOW_RUN_ID: id.replaceAll("-", "").toLowerCase() }
    : {};
  return { ...flowRun, SLIPWAY_RUN_ID: id };
}
