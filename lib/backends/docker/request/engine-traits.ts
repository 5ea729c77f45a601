import type { EngineKind } from "../api/versions.ts";

/** What of an engine a create request depends on. */
export interface EngineTraits {
  /** Containers share the kernel's network with the machine the engine is on (not so in Docker Desktop). */
  readonly linux: boolean;
  /** It is on this machine. */
  readonly local: boolean;
  readonly kind: EngineKind;
  /** It knows `host-gateway`: API 1.41 and later, which came with Docker 20.10. */
  readonly hostGateway: boolean;
  /** Where output goes unless a container says otherwise. */
  readonly logDriver: string;
}
