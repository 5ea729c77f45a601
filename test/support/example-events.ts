import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SQSEvent } from "aws-lambda";
import { anId } from "./builders.ts";

const EVENTS = join(import.meta.dirname, "../../examples/events");

/** A recorded event of `examples/events`, its runs under ids that no other test has. */
export async function readEvent(name: string): Promise<SQSEvent> {
  const text = await readFile(join(EVENTS, `${name}.json`), "utf8");
  const event = JSON.parse(text) as SQSEvent;
  for (const record of event.Records ?? []) record.body = withOwnId(record.body);
  return event;
}

function withOwnId(body: string): string {
  try {
    return JSON.stringify({ ...JSON.parse(body), id: anId() });
  } catch {
    return body;
  }
}
