import * as z from "zod/mini";
import { parseJson, readBody } from "./body.ts";
import { digestOf, isRecord } from "./canonical-json.ts";
import {
  BLOCK_BOOKKEEPING,
  INFRASTRUCTURE_TYPES,
  type InfrastructureType,
  imageRegistry,
  SPEC_SCHEMAS,
  type Spec,
} from "./infrastructure.ts";
import { outermostString } from "./json-scan.ts";
import { invalid, type Problem } from "./launch-error.ts";
import { joinPath, toProblems } from "./problems.ts";
import { quote } from "./quote.ts";
import { nearest, normalizeSpelling, spellNested, toSnakeCase, withoutNulls } from "./spelling.ts";

/** Control characters, and what SQS refuses in a body: such an id could never come back in a result. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** 1 to 128 printable characters. */
export const RunId = z.string().check(
  z.minLength(1, "expected 1 to 128 characters"),
  z.maxLength(128, "expected 1 to 128 characters"),
  z.refine((id) => !UNPRINTABLE.test(id), "expected printable characters only"),
  z.refine((id) => id.trim() === id, "expected no white space at its ends"),
);

/** The message as sent, save for the infrastructure, which may be a name or a reference that only the configuration explains. */
const Envelope = z.strictObject({
  id: RunId,
  action: z._default(z.enum(["run", "cancel"]), "run"),
  infrastructure: z.union(
    [z.string().check(z.minLength(1)), z.record(z.string(), z.unknown())],
    "expected an object with a type, or the name of an infrastructure of the configuration",
  ),
  grace_seconds: z._default(z.int().check(z.minimum(0), z.maximum(3_600)), 30),
});

export interface RunRequest {
  readonly action: "run";
  readonly id: string;
  readonly spec: Spec;
  /** SHA-256 over the infrastructure as sent: tells a redelivery from another request under the same id. */
  readonly digest: string;
}

/** What a cancel needs to find its run: the type, the target and the name as they were sent. */
export interface CancelRequest {
  readonly action: "cancel";
  readonly id: string;
  readonly spec: Spec;
  readonly graceSeconds: number;
}

export type Request = RunRequest | CancelRequest;

/** Named infrastructures of the configuration, as written there. */
export type NamedInfrastructures = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A request from a message body. Throws a LaunchError `Invalid` that names every problem with its path. */
export function parseRequest(body: string, named: NamedInfrastructures = {}): Request {
  return toRequest(readBody(body), named);
}

/** A request from a value that was read already (a file, a client's argument). Throws as `parseRequest` does. */
export function toRequest(value: unknown, named: NamedInfrastructures = {}): Request {
  if (!isRecord(value))
    throw invalid([
      { path: "", message: `the request must be a JSON object, got ${quote(value)}` },
    ]);
  const spelled = normalizeSpelling(value, Object.keys(Envelope.shape), "");
  const envelope = Envelope.safeParse(withoutNulls(spelled.fields));
  const problems = [...spelled.problems, ...problemsOf(envelope, spelled.fields)];
  const sent = spelled.fields.infrastructure;
  const resolved = resolveSafely(sent, named, problems);
  const spec = resolved && parseSpecSafely(resolved, envelope.data?.action ?? "run", problems);
  if (problems.length > 0 || !envelope.success || !spec) throw invalid(problems);
  const { id, action, grace_seconds } = envelope.data;
  if (action === "cancel") return { action, id, spec, graceSeconds: grace_seconds };
  return { action, id, spec, digest: digestOf(sent) };
}

/**
 * The id of a request that is otherwise wrong, so that its sender can be told, even where the rest is cut off or too
 * large to be read; undefined where there is none.
 */
export function readIdLeniently(body: string): string | undefined {
  return RunId.safeParse(readLeniently(body, "id")).data;
}

/** Whether a message, however wrong otherwise, asks for the end of a run rather than for one. */
export const isCancel = (body: string) => readLeniently(body, "action") === "cancel";

function readLeniently(body: string, key: string): unknown {
  try {
    const value = readBody(body);
    return isRecord(value) ? value[key] : undefined;
  } catch {
    return outermostString(body, key);
  }
}

/** One infrastructure, whole. Throws a LaunchError `Invalid`. */
export function parseSpec(value: Record<string, unknown>, at = "infrastructure"): Spec {
  const problems: Problem[] = [];
  const spec = parseFields(value, problems, at);
  if (problems.length > 0 || !spec) throw invalid(problems);
  return spec;
}

/** An infrastructure with its name or `use` replaced by what the configuration says. Throws a LaunchError `Invalid`. */
export function resolveInfrastructure(
  sent: string | Readonly<Record<string, unknown>>,
  named: NamedInfrastructures,
): Record<string, unknown> {
  if (typeof sent === "string") return { ...lookUp(sent, named, "infrastructure") };
  if (!("use" in sent)) return { ...sent };
  const { use, ...overrides } = sent;
  if (typeof use !== "string")
    throw invalid([{ path: "infrastructure.use", message: `must be a name, got ${quote(use)}` }]);
  return override(lookUp(use, named, "infrastructure.use"), overrides);
}

function resolveSafely(sent: unknown, named: NamedInfrastructures, problems: Problem[]) {
  if (typeof sent !== "string" && !isRecord(sent)) return undefined;
  try {
    return resolveInfrastructure(sent, named);
  } catch (error) {
    problems.push(...problemsIn(error));
    return undefined;
  }
}

const problemsIn = (error: unknown): readonly Problem[] => {
  if (error instanceof Error && "problems" in error) return error.problems as readonly Problem[];
  throw error;
};

function problemsOf(parsed: z.core.util.SafeParseResult<unknown>, input: unknown): Problem[] {
  return parsed.success ? [] : toProblems(parsed.error, input);
}

function lookUp(name: string, named: NamedInfrastructures, path: string) {
  const found = Object.hasOwn(named, name) ? named[name] : undefined;
  if (found) return found;
  const known = Object.keys(named);
  const meant = nearest(name, known);
  const hint = known.length === 0 ? "it names none" : `the known ones are ${known.join(", ")}`;
  const message = `the configuration has no infrastructure ${quote(name)}; ${meant ? `did you mean ${meant}?` : hint}`;
  throw invalid([{ path, message }]);
}

/** Environment and labels merge; everything else that is given replaces, in whichever spelling. */
function override(base: Readonly<Record<string, unknown>>, overrides: Record<string, unknown>) {
  const given = new Set(Object.keys(overrides).map(toSnakeCase));
  const kept = Object.entries(base).filter(([key]) => !given.has(toSnakeCase(key)));
  const merged: Record<string, unknown> = { ...Object.fromEntries(kept), ...overrides };
  for (const key of ["env", "labels"]) {
    const [below, above] = [base[key], overrides[key]];
    if (isRecord(below) && isRecord(above)) merged[key] = { ...below, ...above };
  }
  return merged;
}

/** A cancel may leave out what only a run needs: the image stands in where none was sent. */
function parseSpecSafely(value: Record<string, unknown>, action: string, problems: Problem[]) {
  const isDocker = value.type === "docker-container";
  const complete = action === "cancel" && isDocker && value.image == null;
  return parseFields(complete ? { ...value, image: "-" } : value, problems, "infrastructure");
}

function parseFields(value: Record<string, unknown>, problems: Problem[], at: string) {
  const type = value.type;
  if (!isInfrastructureType(type)) {
    const expected = `expected one of ${INFRASTRUCTURE_TYPES.join(", ")}`;
    const message =
      type === undefined ? `is required: ${expected}` : `${expected}, got ${quote(type)}`;
    problems.push({ path: joinPath(at, ["type"]), message });
    return undefined;
  }
  const schema = SPEC_SCHEMAS[type];
  const known = Object.keys(schema.shape);
  const own = normalizeSpelling(value, known, at, BLOCK_BOOKKEEPING);
  const registry = Object.keys(imageRegistry().shape);
  const fields = withoutNulls(own.fields);
  const nested = spellNested(fields, "image_registry", registry, at, BLOCK_BOOKKEEPING);
  problems.push(...own.problems, ...nested.problems);
  const read = readJsonText(nested.fields, "customizations", problems, at);
  const parsed = schema.safeParse(read);
  if (parsed.success) return parsed.data;
  problems.push(...toProblems(parsed.error, read, at));
  return undefined;
}

/** A field that may also be given as the JSON text of its value, as Prefect takes it. */
function readJsonText(
  fields: Record<string, unknown>,
  key: string,
  problems: Problem[],
  at: string,
): Record<string, unknown> {
  const { [key]: text, ...others } = fields;
  if (typeof text !== "string") return fields;
  try {
    return { ...others, [key]: parseJson(text, joinPath(at, [key])) };
  } catch (error) {
    problems.push(...problemsIn(error));
    return others;
  }
}

function isInfrastructureType(value: unknown): value is InfrastructureType {
  return INFRASTRUCTURE_TYPES.some((type) => type === value);
}
