import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Options {
  /** What an unpacked package holds: the function's working directory. */
  readonly directory: string;
  /** As in the template: `dist/submit/index.handler`. */
  readonly handler: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** AWS's own runtime client; a stand-in of forty lines where undefined. */
  readonly runtimeClient: string | undefined;
}

/** How an invocation ended: by the handler's value, or by its error. */
export type Invoked =
  | { readonly outcome: "response"; readonly value: unknown }
  | { readonly outcome: "error"; readonly error: { errorType: string; errorMessage: string } };

export interface LambdaRuntime {
  /** One event at a time, as an execution environment takes them. */
  invoke(event: unknown): Promise<Invoked>;
  /** All that the function wrote. */
  output(): string;
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly settle: (invoked: Invoked) => void;
}

const STAND_IN = new URL("lambda-runtime-client.mjs", import.meta.url).pathname;

/**
 * An execution environment: the Lambda runtime API, and a process that asks it for events as on AWS.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startLambdaRuntime(options: Options): Promise<LambdaRuntime> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let asking: ServerResponse | undefined;
  let initError: unknown;

  const hand = () => {
    const invocation = asking && waiting.shift();
    if (!asking || !invocation) return;
    running.set(invocation.id, invocation);
    asking.writeHead(200, headersOf(invocation.id, options.timeoutMs ?? 60_000));
    asking.end(JSON.stringify(invocation.event));
    asking = undefined;
  };

  const server = await listen(async (request, response) => {
    const path = request.url?.replace("/2018-06-01/runtime/", "") ?? "";
    if (path === "invocation/next") {
      asking = response;
      hand();
      return;
    }
    const body: unknown = JSON.parse((await text(request)) || "null");
    const [, id = "", kind] = path.split("/");
    if (path === "init/error") initError = body;
    else if (kind === "error") running.get(id)?.settle({ outcome: "error", error: body as never });
    else running.get(id)?.settle({ outcome: "response", value: body });
    response.writeHead(202).end();
  });

  const { process, output } = start(options, server);
  const exited = once(process, "exit");
  return {
    output,
    invoke(event) {
      const { promise, resolve } = Promise.withResolvers<Invoked>();
      waiting.push({ id: randomUUID(), event, settle: resolve });
      hand();
      const gone = exited.then(() => {
        throw new Error(`the function ended: ${JSON.stringify(initError)}\n${output()}`);
      });
      return Promise.race([promise, gone]);
    },
    async stop() {
      process.kill();
      await exited;
      server.closeAllConnections();
      server.close();
    },
  };
}

const headersOf = (id: string, timeoutMs: number) => ({
  "content-type": "application/json",
  "lambda-runtime-aws-request-id": id,
  "lambda-runtime-deadline-ms": String(Date.now() + timeoutMs),
  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:slipway",
});

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function start({ directory, handler, env = {}, runtimeClient }: Options, server: Server) {
  const { port } = server.address() as AddressInfo;
  const child: ChildProcess = spawn(process.execPath, [runtimeClient ?? STAND_IN, handler], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: directory,
      AWS_LAMBDA_FUNCTION_NAME: "slipway-test",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_REGION: "eu-west-1",
      ...env,
    },
  });
  const chunks: string[] = [];
  child.stdout?.on("data", (chunk) => chunks.push(String(chunk)));
  child.stderr?.on("data", (chunk) => chunks.push(String(chunk)));
  return { process: child, output: () => chunks.join("") };
}
