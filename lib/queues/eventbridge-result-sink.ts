import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from "@aws-sdk/client-eventbridge";
import { regionOfArn } from "../config/aws-arn.ts";
import type { Result } from "../runs/result.ts";
import { AWS_CLIENT_CONFIG } from "./aws-client-config.ts";
import { type BatchService, createBatchingResultSink } from "./batching-result-sink.ts";
import { toBody } from "./message-body.ts";
import { maskedErrors, tellingErrors } from "./readable-errors.ts";
import type { ResultSink } from "./result-sink.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html: a whole call, time and names included. */
const LIMITS = { maxBytes: 262_144, maxEntries: 10, overheadBytes: 1_024 } as const;

/** `source` of the events on the bus: what rules match first. */
const SOURCE = "dev.slipway";

/** Results as events on an EventBridge bus: `detail-type` is the result's type, `detail` the whole CloudEvent. */
export function createEventBridgeResultSink(
  bus: string,
  client = createEventBridgeClient(bus),
): ResultSink {
  return createBatchingResultSink(eventBus(client, bus));
}

/** AWS refuses what is signed for another region than the bus's. */
function createEventBridgeClient(bus: string): EventBridgeClient {
  const client = new EventBridgeClient({ ...AWS_CLIENT_CONFIG, ...regionOfArn(bus) });
  client.middlewareStack.use(maskedErrors());
  client.middlewareStack.use(tellingErrors());
  return client;
}

function eventBus(client: EventBridgeClient, bus: string): BatchService<PutEventsRequestEntry> {
  return {
    name: "EventBridge",
    ...LIMITS,
    toEntry: (result) => toEvent(result, bus),
    sizeOf: (entry) => Buffer.byteLength(entry.Detail ?? "") + LIMITS.overheadBytes,
    async send(entries, abortSignal) {
      const command = new PutEventsCommand({ Entries: [...entries] });
      const { Entries: answers = [] } = await client.send(command, { abortSignal });
      return entries.map((_, index) => refusalOf(answers[index]));
    },
  };
}

/** An entry without an event id is not on the bus, whatever else the answer says. */
function refusalOf(answer: PutEventsResultEntry | undefined): string | undefined {
  if (answer?.EventId && !answer.ErrorCode) return undefined;
  return `${answer?.ErrorMessage ?? "no reason given"} (${answer?.ErrorCode ?? "no code"})`;
}

function toEvent(result: Result, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: result.type,
    Detail: toBody(result),
    Time: new Date(result.time),
  };
}
