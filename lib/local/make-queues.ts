import type { SqsStore } from "./fauxqs.ts";
import { VISIBILITY_SECONDS } from "./visibility.ts";

/** The emulator's own default; its ARNs need one. */
export const REGION = "us-east-1";
const ACCOUNT = "000000000000";
const FOURTEEN_DAYS = String(14 * 86_400);

interface Options {
  readonly fifo?: boolean;
  readonly visibilitySeconds?: number;
  readonly maxReceiveCount: number;
}

/** The three queues, made or brought up to date. Their URLs begin with the endpoint. */
export function makeQueues(
  store: SqsStore,
  endpoint: string,
  { fifo = false, visibilitySeconds = VISIBILITY_SECONDS, maxReceiveCount }: Options,
) {
  const make = (base: string, attributes: Record<string, string>) => {
    const name = fifo ? `${base}.fifo` : base;
    const fifoAttributes = fifo ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {};
    const url = `${endpoint}/${ACCOUNT}/${name}`;
    ensureQueue(store, name, url, {
      ...attributes,
      ...fifoAttributes,
      MessageRetentionPeriod: FOURTEEN_DAYS,
    });
    return url;
  };
  const deadLetters = make("slipway-requests-dead", {});
  const redrive = { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount };
  return {
    deadLetters,
    requests: make("slipway-requests", {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify(redrive),
    }),
    results: make("slipway-results", {}),
  };
}

/** New, or as it was kept: then under its address of today, and with what was in flight when its process died delivered again. */
function ensureQueue(
  store: SqsStore,
  name: string,
  url: string,
  attributes: Record<string, string>,
): void {
  const kept = store.getQueueByName(name);
  if (!kept) {
    store.createQueue(name, url, arnOf(url), attributes);
    return;
  }
  Object.assign(kept, { url });
  kept.setAttributes(attributes);
  for (const handle of [...kept.inflightMessages.keys()]) kept.changeVisibility(handle, 0);
}

const arnOf = (url: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${url.split("/").at(-1)}`;
