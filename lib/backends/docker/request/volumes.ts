import type { Problem } from "../../../runs/launch-error.ts";
import { quote } from "../../../runs/quote.ts";
import { parseMarkName } from "../names.ts";
import type { CreateBody } from "./create-request.ts";
import type { EngineTraits } from "./engine-traits.ts";
import { bindProblem } from "./volume-syntax.ts";

/** What is wrong with a run's volumes: their form, and whether one names a mark, which would hold or fake it. */
export function checkVolumes(
  volumes: readonly string[],
  body: CreateBody,
  { linux }: Pick<EngineTraits, "linux">,
): Problem[] {
  const { Binds, Mounts } = body.HostConfig;
  const more = Array.isArray(Binds) ? Binds.slice(volumes.length) : [];
  const marks = textsIn([Binds, Mounts]).filter((text) => parseMarkName(text.split(":")[0] ?? ""));
  return [
    ...volumes.flatMap((volume, index) => {
      const message = volume.includes(":") ? syntaxProblem(volume, linux) : form(volume);
      return message ? [{ path: `infrastructure.volumes[${index}]`, message }] : [];
    }),
    ...more.flatMap((bind, index) => {
      const message = syntaxProblem(bind, linux);
      const path = `infrastructure.create_options.HostConfig.Binds[${index}]`;
      return message ? [{ path, message }] : [];
    }),
    ...marks.map(holdsMark),
  ];
}

/** Docker Desktop and Windows engines read paths of Windows, each by its own rules: those are left to the engine. */
const syntaxProblem = (bind: string, linux: boolean) => (linux ? bindProblem(bind) : undefined);

// Prefect's words, which people search for.
const form = (volume: string) =>
  `Invalid volume specification. Expected format 'path:container_path', but got ${inPrefectsQuotes(volume)}`;

const inPrefectsQuotes = (volume: string) =>
  quote(volume, [], "address").replace(/^"(.*)"$/, "'$1'");

const holdsMark = (text: string): Problem => ({
  path: "infrastructure.volumes",
  message: `${quote(text, [], "address")} is a volume by which Slipway remembers a run; mount another one`,
});

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
