import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { median } from "./statistics.ts";

export interface ColdStart {
  readonly label: string;
  /** A bundle's `index.js`. */
  readonly bundle: string;
  readonly event: unknown;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Measured {
  /** From the process's start to the answer to its first event, the process's own start included, in milliseconds. */
  readonly wallMs: number;
  /** Processor time of the whole process, in milliseconds: what a busy machine distorts least. */
  readonly processorMs: number;
  /** What it holds after its first event, in bytes. The most it ever held would count the process that it was forked from. */
  readonly memoryBytes: number;
}

/** Medians of fresh processes, the cases taken in turn so that a busy moment of the machine meets all of them. */
export async function measureColdStarts(
  cases: readonly ColdStart[],
  times: number,
): Promise<ReadonlyMap<string, Measured>> {
  const measured = new Map<string, Measured[]>(cases.map(({ label }) => [label, []]));
  for (let round = 0; round < times; round++)
    for (const one of cases) measured.get(one.label)?.push(await startOnce(one));
  return new Map([...measured].map(([label, all]) => [label, medians(all)]));
}

const medians = (all: readonly Measured[]): Measured => ({
  wallMs: median(all.map(({ wallMs }) => wallMs)),
  processorMs: median(all.map(({ processorMs }) => processorMs)),
  memoryBytes: median(all.map(({ memoryBytes }) => memoryBytes)),
});

const PROGRAM = `
  const { handler } = await import(process.env.BUNDLE);
  const context = { getRemainingTimeInMillis: () => 60_000 };
  await handler(JSON.parse(process.env.EVENT), context);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = JSON.stringify({ userCPUTime, systemCPUTime, rss: process.memoryUsage.rss() });
  process.stderr.write("\\n" + usage, () => process.exit());
`;

async function startOnce({ label, bundle, event, env = {} }: ColdStart): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    env: { PATH: process.env.PATH, BUNDLE: bundle, EVENT: JSON.stringify(event), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = text(child.stderr);
  const [status] = await once(child, "exit");
  const wallMs = performance.now() - began;
  if (status !== 0) throw new Error(`${label}: ${(await said).slice(-500)}`);
  const usage = JSON.parse((await said).split("\n").at(-1) ?? "");
  const processorMs = (usage.userCPUTime + usage.systemCPUTime) / 1_000;
  return { wallMs, processorMs, memoryBytes: usage.rss };
}
