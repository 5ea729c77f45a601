import { join } from "node:path";
import { type EmbeddedQueue, startEmbeddedQueue } from "../../local/embedded-queue.ts";
import { LaunchError } from "../../runs/launch-error.ts";
import { findDevQueue } from "../dev-queue.ts";
import { EXIT } from "../exit-codes.ts";
import { UsageError } from "../usage-error.ts";

interface Options {
  readonly port: number;
  readonly fifo: boolean;
}

const LAST_PORT = 65_535;

/** The queue of `slipway dev`. Throws a UsageError where its port or its directory is somebody else's. */
export async function startOwnQueue(
  { port, fifo }: Options,
  directory: string,
): Promise<EmbeddedQueue> {
  if (!Number.isInteger(port) || port < 0 || port > LAST_PORT)
    throw new UsageError(`--port takes a whole number from 0 to ${LAST_PORT}`);
  try {
    return await startEmbeddedQueue({ port, fifo, dataDirectory: join(directory, "queue") });
  } catch (error) {
    if (error instanceof LaunchError) throw await servedAlready(error, directory);
    throw portProblem(error, port);
  }
}

/** The error, and who it is that holds the directory, where that can be told. */
async function servedAlready(error: LaunchError, directory: string): Promise<Error> {
  const running = await findDevQueue(directory).catch(() => undefined);
  if (!running) return error;
  return new UsageError(
    `${error.message}. slipway dev is running already, as process ${running.pid}, and serves ${running.urls.requests}`,
    "Send to it with slipway submit. A second one needs another XDG_STATE_HOME and another --port.",
    EXIT.badRequest,
  );
}

function portProblem(error: unknown, port: number): unknown {
  switch (Object(error).code) {
    case "EADDRINUSE":
      return new UsageError(
        `port ${port} of 127.0.0.1 is in use by another program`,
        `Choose another with --port (0: any free one). If an SQS server is there, serve its queue: AWS_ENDPOINT_URL=http://127.0.0.1:${port} slipway dev --queue-url URL`,
      );
    case "EACCES":
      return new UsageError(
        `this user may not listen on port ${port}`,
        "Choose one from 1024 with --port (0: any free one).",
      );
    default:
      return error;
  }
}
