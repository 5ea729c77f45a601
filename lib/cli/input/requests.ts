import { randomUUID } from "node:crypto";
import { checkRequestBody, type RequestMessage } from "../../client/request-message.ts";
import { inlineRequestFiles } from "../../config/inline-files.ts";
import { readTextFile } from "../../config/read-local-reference.ts";
import { toBody } from "../../queues/message-body.ts";
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

/** A request that was checked: as its sender wrote it, and as it will be understood. */
export interface Prepared {
  readonly message: RequestMessage;
  readonly request: Request;
}

/**
 * Every request of a file, stdin or the command line, with `--set` applied, the files it names read in and an id each.
 * Throws a LaunchError `Invalid` with the problems of all of them, or a UsageError.
 */
export async function prepareRequests(
  options: RequestOptions,
  terminal: Terminal,
  named: NamedInfrastructures,
): Promise<Prepared[]> {
  return checkAll(await readMessages(options, terminal), (message) => ({
    message: message as RequestMessage,
    request: parseRequest(toBody(message), named),
  }));
}

/** The same where the configuration is somebody else's: what only that could explain is not checked. */
export async function prepareMessages(
  options: RequestOptions,
  terminal: Terminal,
): Promise<RequestMessage[]> {
  return checkAll(await readMessages(options, terminal), (message) => {
    checkRequestBody(toBody(message));
    return message as RequestMessage;
  });
}

function checkAll<T>(messages: readonly unknown[], check: (message: unknown) => T): T[] {
  const problems: Problem[] = [];
  const checked = messages.flatMap((message, index) => {
    try {
      return [check(message)];
    } catch (error) {
      problems.push(...problemsOf(error, messages.length > 1 ? index : undefined));
      return [];
    }
  });
  if (problems.length > 0) throw invalid(problems);
  return checked;
}

/** The messages, unchecked save that there are some. */
async function readMessages(options: RequestOptions, terminal: Terminal): Promise<unknown[]> {
  const source = await readSource(options, terminal);
  if (source.documents.length === 0) throw new UsageError(`${source.name} holds no request`);
  const assignments = options.set.map(parseAssignment);
  return Promise.all(
    source.documents.map(async (document) => {
      const request = assignments.reduce(assign, await completed(document, source));
      return identified(request, source.name, terminal);
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
