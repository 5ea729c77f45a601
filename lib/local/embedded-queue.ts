import { createSqs } from "../queues/sqs.ts";
import type { QueueUrls } from "../queues/sqs-queues.ts";
import { type DataDirectory, holdDataDirectory, newAccessKeyId } from "./data-directory.ts";
import { loadFauxqs } from "./fauxqs.ts";
import { makeQueues, REGION } from "./make-queues.ts";
import { guardQueue } from "./queue-guard.ts";
import type { QueuePlace } from "./queue-place.ts";

const HOST = "127.0.0.1";

export interface EmbeddedQueueOptions {
  /** Any free one where unset. */
  readonly port?: number;
  /** Where messages survive a restart; they are gone with the process where unset. */
  readonly dataDirectory?: string | undefined;
  readonly fifo?: boolean;
  /** How long a request stays out of sight while it is worked on, in seconds. */
  readonly visibilitySeconds?: number;
  /** After so many receipts a request goes to the dead letters. */
  readonly maxReceiveCount?: number;
}

export interface EmbeddedQueue extends QueuePlace {
  readonly urls: { readonly [Name in keyof QueueUrls]: string };
  /** What an AWS SDK or the aws program needs to find it and to be let in; it is not for AWS itself. */
  readonly env: Readonly<Record<string, string>>;
}

/** An SQS server inside this process, on a loopback address: requests, their dead letters and results. */
export async function startEmbeddedQueue(
  options: EmbeddedQueueOptions = {},
): Promise<EmbeddedQueue> {
  const { dataDirectory, maxReceiveCount = 5 } = options;
  const held = dataDirectory === undefined ? NOT_KEPT() : await holdDataDirectory(dataDirectory);
  const { app, store } = await loadFauxqs(dataDirectory).catch((error: unknown) => {
    held.release();
    throw error;
  });
  const stop = async () => {
    await app.close();
    held.release();
  };
  try {
    guardQueue(app, held.accessKeyId);
    const endpoint = await app.listen({ host: HOST, port: options.port ?? 0 });
    const env = clientEnvironment(endpoint, held.accessKeyId);
    const sqs = createSqs(env);
    return {
      sqs,
      urls: makeQueues(store, endpoint, { ...options, maxReceiveCount }),
      env,
      maxReceiveCount,
      releasePolls: () => store.shutdown(),
      async stop() {
        sqs.destroy();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const NOT_KEPT = (): DataDirectory => ({
  accessKeyId: newAccessKeyId(),
  release: () => undefined,
});

const clientEnvironment = (endpoint: string, accessKeyId: string) => ({
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: "not-checked",
});
