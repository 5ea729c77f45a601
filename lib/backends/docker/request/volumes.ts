import type { Problem } from "../../../runs/launch-error.ts";
import { parseMarkName } from "../names.ts";
import type { CreateBody } from "./create-request.ts";

/** What is wrong with a run's volumes: their form, and whether one names a mark, which would hold or fake it. */
export function checkVolumes(volumes: readonly string[], body: CreateBody): Problem[] {
  const malformed = volumes.flatMap((volume, index) =>
    volume.includes(":")
      ? []
      : [{ path: `infrastructure.volumes[${index}]`, message: form(volume) }],
  );
  const { Binds, Mounts } = body.HostConfig;
  const marks = textsIn([Binds, Mounts]).filter((text) => parseMarkName(text.split(":")[0] ?? ""));
  return [...malformed, ...marks.map(holdsMark)];
}

// Prefect's words, which people search for.
const form = (volume: string) =>
  `Invalid volume specification. Expected format 'path:container_path', but got '${volume}'`;

const holdsMark = (text: string): Problem => ({
  path: "infrastructure.volumes",
  message: `${JSON.stringify(text)} is a volume by which Slipway remembers a run; mount another one`,
});

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
