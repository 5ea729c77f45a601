import { spawn } from "node:child_process";
import { once } from "node:events";
import { announcedPort } from "./announced-port.ts";
import { awsTool } from "./aws-tools.ts";

export interface AwsEmulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** moto, on a free port of the loopback address: CloudFormation, SQS, SNS, EventBridge, Secrets Manager and many more. */
export async function startAwsEmulator(
  settings: Readonly<Record<string, string>> = {},
): Promise<AwsEmulator> {
  const server = spawn(awsTool("moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...settings },
  });
  const exited = once(server, "exit");
  const port = await announcedPort(server, server.stderr, /Running on http:\/\/[\d.]+:(\d+)/);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      server.kill();
      await exited;
    },
  };
}
