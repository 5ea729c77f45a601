import { openCarrier } from "../carrier.ts";
import type { CommonOptions } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { prepareMessages, type RequestOptions } from "../input/requests.ts";
import type { QueueOptions } from "../queue-options.ts";
import { requireQueue } from "../queue-place.ts";
import { print, type Terminal } from "../terminal.ts";

/** Sends requests to a queue and prints their ids. */
export async function submit(
  options: CommonOptions & RequestOptions & QueueOptions,
  terminal: Terminal,
): Promise<number> {
  const messages = await prepareMessages(options, terminal);
  const queue = await requireQueue(options, terminal);
  const carrier = openCarrier(queue.env, queue.urls);
  try {
    for (const message of messages) {
      await carrier.send(message);
      const sent = { id: message.id, queue: queue.urls.requests };
      print(terminal, options.json ? JSON.stringify(sent) : message.id);
    }
  } finally {
    await carrier.stop();
  }
  return EXIT.ok;
}
