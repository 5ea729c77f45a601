import { LaunchError, type Problem } from "../runs/launch-error.ts";
import { Config } from "./config.ts";
import { type ConfigText, mapTexts } from "./config-fields.ts";
import { absolutePath, type LocalSources, readLocalReference } from "./read-local-reference.ts";
import {
  isKnownScheme,
  isRemote,
  type Reference,
  referencesIn,
  replaceReferences,
  rewriteReferences,
  SCHEMES,
} from "./references.ts";

/** Local references of the whole configuration by their text, each with its value or what is wrong with it. */
type LocalValues = ReadonlyMap<string, string | LaunchError>;

/**
 * The configuration with the `${env:}` and `${file:}` of its plain texts replaced. Secret fields keep their references,
 * to be read when they are used; but what is missing on this machine is a problem now, in them too.
 */
export async function expandReferences(
  fields: unknown,
  sources: LocalSources,
  problems: Problem[],
): Promise<unknown> {
  const values = await readLocalValues(fields, sources);
  return mapTexts(Config, fields, (text) => {
    problems.push(...problemsOf(text, values));
    return keepsReferences(text)
      ? rewriteReferences(text.text, (reference) => movable(reference, sources))
      : replaceReferences(text.text, (reference) => lookUp(reference, values));
  });
}

/** `environment` is read once at the start, so secrets may stand in it, too. */
function keepsReferences({ isSecret, path }: ConfigText): boolean {
  return isSecret || path.startsWith("environment.");
}

/** Requests' infrastructures hold commands and manifests, whose own `${…}` is none of ours. */
const belongsToOthers = ({ path }: ConfigText) => path.startsWith("infrastructures.");

async function readLocalValues(fields: unknown, sources: LocalSources): Promise<LocalValues> {
  const references: Reference[] = [];
  mapTexts(Config, fields, ({ text }) => {
    references.push(...referencesIn(text).filter(isLocal));
    return text;
  });
  const read = references.map(async (reference): Promise<[string, string | LaunchError]> => {
    const value = await readLocalReference(reference, sources).catch(asLaunchError);
    return [reference.text, value];
  });
  return new Map(await Promise.all(read));
}

const isLocal = ({ scheme }: Reference) => scheme === "env" || scheme === "file";

function asLaunchError(error: unknown): LaunchError {
  if (error instanceof LaunchError) return error;
  throw error;
}

function problemsOf(text: ConfigText, values: LocalValues): Problem[] {
  return referencesIn(text.text).flatMap((reference) => {
    const message = problemOf(reference, text, values);
    return message ? [{ path: text.path, message }] : [];
  });
}

function problemOf(reference: Reference, text: ConfigText, values: LocalValues) {
  if (!isKnownScheme(reference.scheme))
    return belongsToOthers(text)
      ? undefined
      : `${reference.text} is no reference this knows; the known ones are ${SCHEMES.join(", ")}`;
  if (isRemote(reference)) return keepsReferences(text) ? undefined : misplaced(reference);
  const value = values.get(reference.text);
  return value instanceof LaunchError ? value.message : undefined;
}

const misplaced = ({ text }: Reference) =>
  `${text} cannot stand here: this field would show the secret. Put it under environment, or give the run its secret on its own engine`;

function lookUp(reference: Reference, values: LocalValues): string | undefined {
  const value = values.get(reference.text);
  return typeof value === "string" ? value : undefined;
}

/** Read later, from anywhere: its path is made absolute now. */
function movable(reference: Reference, { directory }: LocalSources): string | undefined {
  if (reference.scheme !== "file") return undefined;
  const path = absolutePath(reference.name, directory);
  const field = reference.field === undefined ? "" : `#${reference.field}`;
  return path === undefined ? undefined : `\${file:${path}${field}}`;
}
