/** Compares dotted versions by their numbers: `20.10.24+dfsg1` is at least `20.10`. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split(/[^0-9]+/).map(Number));
  for (const [index, number] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Podman answers Docker's calls, with differences. */
export type EngineKind = "docker" | "podman";

/** What an engine says that it is, and what is spoken with it. */
export interface EngineVersion {
  /** Its own text, `20.10.24+dfsg1`; `dev` where it was built from source, Podman's own with Podman. */
  readonly engine: string;
  readonly kind: EngineKind;
  /** The API version: it tells what the engine can, whatever it calls itself. */
  readonly api: string;
}

/** By what it is made of: its version's text may be anything. */
export const kindOf = (components: readonly { readonly Name: string }[]): EngineKind =>
  components.some(({ Name }) => Name === "Podman Engine") ? "podman" : "docker";

/** The newest API that this was written for; every engine since 25.0 speaks it, older ones speak an older one. */
const NEWEST = "1.44";

/** The API version to speak: the newest that both sides know, or the engine's oldest where it has left ours behind. */
export function negotiate(engine: { readonly newest: string; readonly oldest: string }): string {
  if (isAtLeast(engine.oldest, NEWEST)) return engine.oldest;
  return isAtLeast(engine.newest, NEWEST) ? NEWEST : engine.newest;
}
