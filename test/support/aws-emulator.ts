import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { awsTool } from "./aws-tools.ts";
import { freePort } from "./free-port.ts";

export interface AwsEmulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** moto, on a free port of the loopback address: CloudFormation, SQS, SNS, EventBridge, Secrets Manager and many more. */
export async function startAwsEmulator(): Promise<AwsEmulator> {
  const port = await freePort();
  const args = ["-H", "127.0.0.1", "-p", String(port)];
  const server: ChildProcess = spawn(awsTool("moto_server"), args, { stdio: "ignore" });
  const exited = once(server, "exit");
  const endpoint = `http://127.0.0.1:${port}`;
  const tooLate = AbortSignal.timeout(60_000);
  while (!(await fetch(`${endpoint}/moto-api/`, { signal: tooLate }).catch(() => undefined))) {
    tooLate.throwIfAborted();
    await wait(100);
  }
  return {
    endpoint,
    async stop() {
      server.kill();
      await exited;
    },
  };
}
