import { randomUUID } from "node:crypto";
import { inlineRequestFiles } from "../../config/inline-files.ts";
import { readTextFile } from "../../config/read-local-reference.ts";
import { readBody } from "../../runs/body.ts";
import { isRecord } from "../../runs/canonical-json.ts";
import { invalid, LaunchError, type Problem } from "../../runs/launch-error.ts";
import { type NamedInfrastructures, parseRequest, type Request } from "../../runs/request.ts";
import { note, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { assign, parseAssignment } from "./assignment.ts";
import { readDocuments, type Source } from "./documents.ts";
import { isQuick, type QuickOptions, quickRequest } from "./quick-request.ts";

export interface RequestOptions extends QuickOptions {
  /** A path, or `-` for stdin; undefined where the command line itself says it all. */
  readonly file: string | undefined;
  readonly set: readonly string[];
}

/** A request that was checked and is ready to be sent. */
export interface Prepared {
  /** The message's body. */
  readonly body: string;
  readonly request: Request;
}

/**
 * Every request of a file, stdin or the command line, with `--set` applied, manifests read in and an id each. Throws a
 * LaunchError `Invalid` with the problems of all of them, or a UsageError.
 */
export async function prepareRequests(
  options: RequestOptions,
  terminal: Terminal,
  named: NamedInfrastructures,
): Promise<Prepared[]> {
  const bodies = await readBodies(options, terminal);
  const problems: Problem[] = [];
  const prepared = bodies.map((body, index) => {
    try {
      return { body, request: parseRequest(body, named) };
    } catch (error) {
      problems.push(...problemsOf(error, bodies.length > 1 ? index : undefined));
      return undefined;
    }
  });
  if (problems.length > 0) throw invalid(problems);
  return prepared.filter((one) => one !== undefined);
}

/** The messages' bodies, unchecked. Throws a UsageError where there is none. */
export async function readBodies(options: RequestOptions, terminal: Terminal): Promise<string[]> {
  const source = await readSource(options, terminal);
  if (source.documents.length === 0) throw new UsageError(`${source.name} holds no request`);
  const assignments = options.set.map(parseAssignment);
  return Promise.all(
    source.documents.map(async (document) => {
      const request = assignments.reduce(assign, await completed(document, source));
      return JSON.stringify(identified(request, source.name, terminal));
    }),
  );
}

async function readSource(options: RequestOptions, terminal: Terminal): Promise<Source> {
  const quick = isQuick(options);
  if (options.file !== undefined && quick)
    throw new UsageError(
      "give either a file or a command line, not both",
      "To change what a file says, use --set infrastructure.image=… and the like.",
    );
  if (options.file !== undefined) return readDocuments(options.file, terminal);
  if (quick)
    return { name: "request", directory: terminal.cwd, documents: [quickRequest(options)] };
  throw new UsageError(
    "there is nothing to run: name a file, - for stdin, or a command after --",
    "For example: slipway run examples/hello.yaml, or slipway run -- echo hi",
  );
}

/** Unwrapped, with the envelope around a bare infrastructure (a stored block, say) and the files it names read in. */
async function completed(document: unknown, { directory }: Source): Promise<unknown> {
  const value = readBody(JSON.stringify(document));
  const isBare =
    isRecord(value) && "type" in value && !("infrastructure" in value) && !("id" in value);
  const request = isBare ? { infrastructure: value } : value;
  const problems: Problem[] = [];
  const files = { directory, readText: readTextFile };
  const complete = await inlineRequestFiles(request, files, problems);
  if (problems.length > 0) throw invalid(problems);
  return complete;
}

function identified(request: unknown, name: string, terminal: Terminal): unknown {
  if (!isRecord(request) || request.id != null) return request;
  const id = randomUUID();
  note(terminal, `${name} names no id; this run is ${id}`);
  return { ...request, id };
}

function problemsOf(error: unknown, index: number | undefined): readonly Problem[] {
  if (!(error instanceof LaunchError)) throw error;
  if (index === undefined) return error.problems;
  return error.problems.map(({ path, message }) => ({
    path: path ? `request ${index + 1}: ${path}` : `request ${index + 1}`,
    message,
  }));
}
