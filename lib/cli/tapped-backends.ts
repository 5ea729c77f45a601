import type { Backend } from "../backends/backend.ts";
import type { BackendRegistry } from "../backends/registry.ts";
import type { Observation } from "../runs/observation.ts";

/**
 * The same engines, seen by a watcher that deals with some runs only. Others' runs on the same engine have a watcher of
 * their own, whose results must not end up here.
 */
export function onlyRuns(
  backends: BackendRegistry,
  isOurs: (id: string) => boolean,
): BackendRegistry {
  return withOpen(backends, async function* (observations) {
    for await (const observation of observations)
      if (isOurs(observation.run.key.id)) yield observation;
  });
}

/** The same engines, with every observation told to a listener before it is dealt with. */
export function overheard(
  backends: BackendRegistry,
  listen: (observation: Observation, backend: Backend) => void,
): BackendRegistry {
  return withOpen(backends, async function* (observations, backend) {
    for await (const observation of observations) {
      listen(observation, backend);
      yield observation;
    }
  });
}

type Through = (
  observations: AsyncIterable<Observation>,
  backend: Backend,
) => AsyncIterable<Observation>;

function withOpen(backends: BackendRegistry, through: Through): BackendRegistry {
  return {
    ...backends,
    load: async (type) => {
      const backend = await backends.load(type);
      return { ...backend, open: (...args) => through(backend.open(...args), backend) };
    },
  };
}
