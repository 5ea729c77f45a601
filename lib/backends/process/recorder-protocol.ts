/** In the environment of everything that a command starts, unless somebody takes it out: by it the run's processes are known. */
export const UID_VARIABLE = "SLIPWAY_RUN_UID";

/** Closed by the recorder once the command runs or cannot run: until then whoever started the recorder waits. */
export const READY_FD = 3;

/** What the recorder's own environment has otherwise than the one that its command inherits, as JSON. */
const INHERITED = "SLIPWAY_RECORDER_INHERITED";

/**
 * The environment of the recorder itself. Options of the launcher's Node (a debugger's port, say) are not for it, and it
 * must not look like a part of the run that its launcher may itself be; it compiles faster from a cache.
 */
export function recorderEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  cacheDirectory: string,
): Record<string, string | undefined> {
  const own: Record<string, string | undefined> = {
    NODE_OPTIONS: undefined,
    [UID_VARIABLE]: undefined,
    NODE_COMPILE_CACHE: cacheDirectory,
  };
  const inherited = Object.keys(own).map((name) => [name, env[name] ?? null]);
  return { ...env, ...own, [INHERITED]: JSON.stringify(Object.fromEntries(inherited)) };
}

/** The environment as the launcher had it. */
export function inheritedEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [INHERITED]: changed = "{}", ...env } = own;
  const restored = Object.entries({ ...env, ...JSON.parse(changed) });
  return Object.fromEntries(restored.filter(([, value]) => value !== null)) as NodeJS.ProcessEnv;
}
