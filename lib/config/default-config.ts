import type { Config } from "./config.ts";

/** The configuration of a machine without one: what the schema makes of nothing, written out, so that nothing is parsed for it. */
export const DEFAULT_CONFIG: Config = {
  environment: {},
  clusters: {},
  docker_hosts: {},
  registries: {},
  infrastructures: {},
  defaults: {},
  retention_seconds: 3_600,
  submit_deadline_seconds: 3_600,
  logs: { tail_bytes: 16_384 },
  results: {},
  process: {},
  policy: { profile: "trusted", require_digest: false, env: {}, limits: {} },
};
