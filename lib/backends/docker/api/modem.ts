import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { inspect } from "node:util";
import DockerModem from "docker-modem";
import Docker from "dockerode";
import type { Connection } from "../connect/connection.ts";
import { Refusal, readAnswer } from "./answer.ts";
import { noAnswerTo, StaleConnection } from "./no-answer.ts";
import { watched } from "./watched-agent.ts";

/** How one call is made, whatever it asks. */
export interface Sending {
  readonly connection: Connection;
  /** The API version to speak, `1.44`; undefined for the question which there are. */
  readonly version: string | undefined;
  readonly signal: AbortSignal;
  /** Whether the answer is given out while it is still coming. */
  readonly stream: boolean;
  /** Made once, over a connection of its own: for what must not be repeated unasked. */
  readonly once: boolean;
  /** Told how the engine calls itself, in the header of every answer. */
  readonly onServer: (server: string | undefined) => void;
}

/** What docker-modem does between a call's fields and its answer. Its types hide it. */
interface Modem {
  buildRequest(
    options: RequestOptions & { path: string },
    context: DockerModem.DialOptions,
    data: string | undefined,
    callback: (error: unknown, result: unknown) => void,
  ): void;
}

const { buildRequest } = DockerModem.prototype as unknown as Modem;

/**
 * A Docker client for one call. dockerode knows the calls, docker-modem makes their URLs, headers and bodies and speaks HTTP;
 * what is changed here is what comes back, see
 * `docs/decisions`. Its constructor is passed over: it reads `DOCKER_HOST` and
 * its like whatever it is given, and throws where they are wrong (github.com/apocas/dockerode/issues/540).
 */
export function dockerFor(sending: Sending): Docker {
  const modem = Object.assign(Object.create(DockerModem.prototype), {
    protocol: sending.connection.protocol,
    socketPath: "the place says where", // with an address here it would call url.parse, of which Node warns in a bundle
    headers: {},
    version: sending.version && `v${sending.version}`,
    buildRequest(this: unknown, ...[options, context, data, callback]: BuildRequest) {
      exchange(sending, (agent) => send.call(this, sending, agent, options, context, data)).then(
        (result) => callback(null, result),
        (error) => callback(noAnswerTo(options.path, sending, error), null),
      );
    },
  });
  return new Docker({ modem } as Docker.DockerOptions);
}

type BuildRequest = Parameters<Modem["buildRequest"]>;

/** A kept connection may have died unseen, while a function was frozen say: then the call is made once more on a new one. */
async function exchange(
  { connection, stream, once, signal, onServer }: Sending,
  sendOver: (agent: Agent) => Promise<IncomingMessage>,
): Promise<unknown> {
  const sent = sendOver(once || stream ? connection.fresh : connection.kept);
  const response = await sent.catch((error) => {
    if (error instanceof StaleConnection && !signal.aborted) return sendOver(connection.fresh);
    throw error;
  });
  onServer(response.headers.server?.toString());
  if (stream && response.statusCode === 200) return response;
  const answer = await readAnswer(response);
  if (answer.status >= 300 && answer.status !== 304) throw new Refusal(answer);
  return answer.body;
}

/**
 * One request and the beginning of its answer, whatever its status. docker-modem is told that everything is a stream that it
 * wants: it never calls back where an answer breaks off midway, and of a refusal it keeps neither headers nor, where a
 * stream was asked for, the body.
 */
function send(
  this: unknown,
  { connection, signal }: Sending,
  agent: Agent,
  options: BuildRequest[0],
  context: DockerModem.DialOptions,
  data: string | undefined,
): Promise<IncomingMessage> {
  let request: ClientRequest | undefined;
  const { socketPath: _, ...rest } = options;
  const sent = {
    ...rest,
    ...connection.place,
    signal,
    agent: watched(agent, (it) => {
      request = it;
    }),
    // It is inspected for a debug log at every call, whether one is written or not: with agents and all their sockets.
    [inspect.custom]: () => `${options.method} ${options.path}`,
  };
  const anything = { ...context, isStream: true, statusCodes: ANY };
  return new Promise((resolve, reject) => {
    buildRequest.call(this as Modem, sent, anything, data, (error, response) => {
      if (!error) resolve(response as IncomingMessage);
      else reject(request?.reusedSocket ? new StaleConnection(error) : error);
    });
  });
}

const ANY: DockerModem.StatusCodes = new Proxy({}, { get: () => true });
