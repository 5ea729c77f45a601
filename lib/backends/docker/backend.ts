import { isLambda } from "../../config/surroundings.ts";
import { namedTarget } from "../../config/targets.ts";
import { createPolicyGate } from "../../policy/check-policy.ts";
import type { DockerContainerSpec } from "../../runs/infrastructure.ts";
import type { Target } from "../../runs/run.ts";
import type { Backend } from "../backend.ts";
import type { BackendDependencies } from "../dependencies.ts";
import { connectEngine, type Engine, usualTraits } from "./api/engine.ts";
import { dockerHostOf } from "./connect/docker-host.ts";
import { formatHost } from "./connect/host-address.ts";
import { describeVersion, engineNotes } from "./engine-notes.ts";
import { credentialsOf } from "./image/credentials.ts";
import { dockerLogin } from "./image/docker-login.ts";
import { makeContainer } from "./image/make-container.ts";
import { createPuller } from "./image/pull.ts";
import { OPEN_LABEL } from "./labels.ts";
import { find } from "./look/find.ts";
import { open } from "./look/open.ts";
import type { Place } from "./look/place.ts";
import { output } from "./output/output.ts";
import { previewText } from "./preview.ts";
import { buildCreateRequest } from "./request/create-request.ts";
import { settle, sweep } from "./settle.ts";
import { cancel } from "./stop.ts";
import { submit } from "./submit.ts";

/** Runs as containers. Kept between calls: one connection for each Docker host. */
export function createDockerBackend(deps: BackendDependencies): Backend<DockerContainerSpec> {
  const engines = new Map<string, Promise<Engine>>();
  const checkPolicy = createPolicyGate(deps.config.policy, deps.env);
  const puller = createPuller({
    secrets: deps.secrets,
    onProgress: deps.onPullProgress,
    // Whoever deploys a function gives it its logins; what lies in its files is nobody's.
    findLogin: isLambda(deps.env) ? undefined : (image) => dockerLogin(image, deps.env),
  });

  function engineOf(target: string): Promise<Engine> {
    const known = engines.get(target);
    if (known) return known;
    const connecting = connectEngine(dockerHostOf(target, deps), deps.secrets);
    engines.set(target, connecting);
    connecting.catch(() => engines.delete(target)); // its secrets may be found the next time
    return connecting;
  }

  const placeOf = async (target: Target, signal: AbortSignal): Promise<Place> => ({
    engine: await engineOf(target.name),
    target,
    signal,
  });

  return {
    type: "docker-container",

    locate: async (spec) => namedTarget("docker-container", spec.docker_host, deps.config),

    preview(run) {
      const host = dockerHostOf(run.key.target.name, deps);
      const request = buildCreateRequest(run, usualTraits(host));
      checkPolicy({ run, create: request.body });
      credentialsOf(run.spec, request.image, deps.config); // a problem with them is one of the request
      return { language: "json", text: previewText(request, run.spec, formatHost(host.address)) };
    },

    async submit(run, signal) {
      const place = await placeOf(run.key.target, signal);
      const { engine } = place;
      const request = buildCreateRequest(run, await engine.traits(signal));
      checkPolicy({ run, create: request.body });
      const { image, platform } = request;
      const credentials = credentialsOf(run.spec, image, deps.config);
      const pull = () => puller.pull({ engine, image, platform, credentials, signal });
      return submit(place, run, request.name, () => makeContainer(engine, request, pull, signal));
    },

    async *open(target, { signal, follow = false }) {
      try {
        const place = await placeOf(target, signal);
        yield* open(place, { follow, launcherTimeoutMs: deps.launcherTimeoutMs });
      } catch (error) {
        if (!(follow && signal.aborted)) throw error;
      }
    },

    find: async (target, id, signal) => find(await placeOf(target, signal), id),
    settle: async (run, signal) => settle(await placeOf(run.key.target, signal), run),
    cancel: async (key, options, signal) => cancel(await placeOf(key.target, signal), key, options),

    async *output(run, options) {
      yield* output(await engineOf(run.key.target.name), run, options);
    },

    sweep: async (target, signal) =>
      sweep(await placeOf(target, signal), deps.config.retention_seconds),

    async check(target, signal) {
      const connected = await engineOf(target.name);
      const version = await connected.version(signal);
      await connected.listRegisters(OPEN_LABEL, signal); // something between us and the engine may keep that back
      return { version: describeVersion(version), problems: [], notes: engineNotes(version) };
    },

    async close() {
      const open = await Promise.allSettled(engines.values());
      engines.clear();
      for (const engine of open) if (engine.status === "fulfilled") engine.value.close();
    },
  };
}
