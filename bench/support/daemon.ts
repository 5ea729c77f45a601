import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { createSdkClient } from "../../test/support/sdk-client.ts";
import { aSlipway } from "../../test/support/slipway.ts";

export interface Daemon {
  readonly pid: number;
  readonly client: SQSClient;
  readonly urls: { readonly requests: string; readonly results: string };
  /** Everything it keeps is below it. */
  readonly directory: string;
}

/** `slipway dev` as a process of its own, stopped and cleaned up after use. */
export async function withDaemon<T>(
  program: readonly string[],
  use: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  await using slipway = await aSlipway(program);
  const dev = slipway.start(["dev", "--port", "0"]);
  await dev.saying(/Ready\./);
  const announced = await readFile(join(slipway.directory, "state/slipway/dev.json"), "utf8");
  const { env, urls } = JSON.parse(announced);
  const client = createSdkClient(env);
  try {
    return await use({ pid: dev.pid, client, urls, directory: slipway.directory });
  } finally {
    client.destroy();
    dev.kill("SIGTERM");
    await dev.ended;
  }
}
