import type { Claim } from "../claim.ts";
import { asList, claimsOf } from "../claims-of.ts";

type Fields = Readonly<Record<string, unknown>>;

const HOST = "/HostConfig";
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** What a container mounts: volumes by name, the host's paths, and whatever else there may be by its type. */
export function mountClaims(host: Fields): Claim[] {
  const binds = Array.isArray(host.Binds) ? host.Binds.map(String) : [];
  return [
    ...binds.map((bind, index) => sourceClaim(bind.split(":")[0] ?? "", `${HOST}/Binds/${index}`)),
    ...asList(host.Mounts).flatMap((mount, index) => mountClaim(mount, `${HOST}/Mounts/${index}`)),
  ];
}

/** In `Binds` only its form tells a volume from a path. */
const sourceClaim = (source: string, path: string): Claim => ({
  rule: VOLUME_NAME.test(source) ? "volumes" : "host-paths",
  path,
  value: source,
});

function mountClaim(mount: Fields, at: string): Claim[] {
  const type: Claim = { rule: "volume-types", path: `${at}/Type`, value: mount.Type };
  if (mount.Type === "bind") return [type, ...claimsOf("host-paths", mount, at, "Source")];
  if (mount.Type === "volume") return [type, ...claimsOf("volumes", mount, at, "Source")];
  return [type];
}
