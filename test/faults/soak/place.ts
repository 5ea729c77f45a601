import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";

const ACCESS_KEY = "soak";
const MAX_RECEIVE_COUNT = 8;

/** Where the queues will be: on a port that stays the same however often their server is killed. */
export async function choosePlace(directory: string, visibilitySeconds: number) {
  const port = await freePort();
  const dataDirectory = join(directory, "queue");
  await mkdir(dataDirectory);
  await writeFile(join(dataDirectory, "access-key"), ACCESS_KEY); // the queue lets nobody in without it
  const endpoint = `http://127.0.0.1:${port}`;
  const url = (name: string) => `${endpoint}/000000000000/${name}`;
  return {
    server: { port, dataDirectory, visibilitySeconds, maxReceiveCount: MAX_RECEIVE_COUNT },
    env: {
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: "soak",
    },
    urls: {
      requests: url("slipway-requests"),
      deadLetters: url("slipway-requests-dead"),
      results: url("slipway-results"),
    },
    maxReceiveCount: MAX_RECEIVE_COUNT,
  };
}
