import type { Claim } from "../claim.ts";
import { asList, asRecord, claimsOf } from "../claims-of.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a pod mounts: each volume's type, the host's paths, the secrets and images that it names. */
export function volumeClaims(pod: Fields, podAt: string): Claim[] {
  return asList(pod.volumes).flatMap((volume, index) => {
    const at = `${podAt}/volumes/${index}`;
    const types = Object.keys(volume).filter((key) => key !== "name" && volume[key] !== null);
    return [
      ...types.map((value): Claim => ({ rule: "volume-types", path: `${at}/${value}`, value })),
      ...claimsOf("host-paths", asRecord(volume.hostPath), `${at}/hostPath`, "path"),
      ...claimsOf("secrets", asRecord(volume.secret), `${at}/secret`, "secretName"),
      ...claimsOf("images", asRecord(volume.image), `${at}/image`, "reference"),
      ...projectedSecrets(volume, at),
      ...secretRefs(volume, at),
    ];
  });
}

function projectedSecrets(volume: Fields, at: string): Claim[] {
  return asList(asRecord(volume.projected).sources).flatMap((source, index) =>
    claimsOf("secrets", asRecord(source.secret), `${at}/projected/sources/${index}/secret`, "name"),
  );
}

/** Storage drivers log in with secrets of the pod's namespace. */
function secretRefs(volume: Fields, at: string): Claim[] {
  return Object.entries(volume).flatMap(([type, source]) =>
    ["secretRef", "nodePublishSecretRef"].flatMap((field) =>
      claimsOf("secrets", asRecord(asRecord(source)[field]), `${at}/${type}/${field}`, "name"),
    ),
  );
}
