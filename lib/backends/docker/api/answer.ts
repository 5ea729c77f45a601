import type { IncomingMessage } from "node:http";

export interface EngineAnswer {
  readonly status: number;
  /** The answer's JSON, or its text where it is none; undefined where it is empty. */
  readonly body: unknown;
  /** How long the engine asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** An answer that is not what was asked for. What it means, whoever asked knows. */
export class Refusal extends Error implements EngineAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;

  constructor({ status, body, retryAfterMs }: EngineAnswer) {
    super(`the engine answered ${status}`);
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What is left of a response, read to its end. */
export async function readAnswer(response: IncomingMessage): Promise<EngineAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const seconds = Number(response.headers["retry-after"]);
  return {
    status: response.statusCode ?? 0,
    body: parseBody(Buffer.concat(chunks).toString("utf8")),
    retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined,
  };
}

function parseBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}
