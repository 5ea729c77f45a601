import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { announcedPort } from "./announced-port.ts";

const VERSION = "1.7.1";
const CACHE = join(import.meta.dirname, "../../.cache");
const JARS = join(CACHE, `elasticmq-${VERSION}`);

/** Why it cannot be started here; undefined where it can. Fetches it the first time. */
export async function whyNoElasticMq(): Promise<string | undefined> {
  if (!isInstalled("java")) return "ElasticMQ needs java";
  if (existsSync(JARS)) return undefined;
  if (!isInstalled("mvn")) return "ElasticMQ is not here, and needs mvn to be fetched";
  return fetchJars().then(
    () => undefined,
    (error: Error) => `ElasticMQ could not be fetched: ${error.message.split("\n")[0]}`,
  );
}

function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface ElasticMq {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** An SQS server that has nothing in common with the embedded one, on a free port of the loopback address. */
export async function startElasticMq(): Promise<ElasticMq> {
  const directory = await mkdtemp(join(CACHE, "elasticmq-run-"));
  const config = join(directory, "elasticmq.conf");
  await writeFile(config, CONFIGURATION);
  const args = [...QUICK_START, `-Dconfig.file=${config}`, "-cp", `${JARS}/*`];
  const server = spawn("sh", ["-c", UNTIL_STDIN_ENDS, "sh", ...args, "org.elasticmq.server.Main"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const exited = once(server, "exit");
  const stop = async () => {
    server.stdin.end();
    await exited;
    await rm(directory, { recursive: true });
  };
  try {
    const port = await announcedPort(server, server.stdout, /Started SQS rest server.*?:(\d+),/);
    return { endpoint: `http://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A test that is killed takes its server along. */
const UNTIL_STDIN_ENDS =
  'exec 3<&0; java "$@" 3<&- & java=$!; (read -r _ <&3; kill $java) & wait $java';

/** It lives for a few seconds: compiling it thoroughly would never pay. */
const QUICK_START = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

const CONFIGURATION = `
include classpath("application.conf")
node-address { protocol = http, host = "127.0.0.1", port = 0, context-path = "" }
rest-sqs { enabled = true, bind-port = 0, bind-hostname = "127.0.0.1", sqs-limits = strict }
rest-stats { enabled = false }
aws { region = us-east-1, accountId = 000000000000 }
`;

/** From Maven's repository, once; moved into place when complete, so that a broken download is not mistaken for one. */
async function fetchJars(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, "elasticmq-fetch-"));
  await writeFile(join(directory, "pom.xml"), POM);
  const args = ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"];
  await promisify(execFile)("mvn", args, { cwd: directory, timeout: 300_000 });
  await rename(join(directory, "lib"), JARS).catch((error: unknown) => {
    if (!existsSync(JARS)) throw error; // another test file was quicker
  });
  await rm(directory, { recursive: true });
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.slipway</groupId><artifactId>elasticmq</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
