import { type Result, TERMINAL_STATES } from "../../../lib/runs/result.ts";
import { replay, type SoakOptions } from "./options.ts";

export interface SoakReport {
  readonly runs: number;
  /** How many were sent a second time. */
  readonly sentTwice: number;
  /** Runs by how they ended; with the cause, where they did not end by themselves. */
  readonly states: Readonly<Record<string, number>>;
  readonly strikes: Readonly<Record<string, number>>;
  /** Copies of a result beyond the first. */
  readonly duplicateResults: number;
  /** Every promise that was broken, in words. */
  readonly broken: readonly string[];
}

/** Each run once, whatever number of copies its result came in. */
export function summarize(results: readonly Result[]) {
  const terminal = results.filter(({ data }) => TERMINAL_STATES.has(data.state));
  const distinct = new Map(terminal.map((result) => [result.id, result.data]));
  const states: Record<string, number> = {};
  for (const { state, cause } of distinct.values()) {
    const name = cause && cause.code !== "Exit" ? `${state} (${cause.code})` : state;
    states[name] = (states[name] ?? 0) + 1;
  }
  return { states, duplicateResults: terminal.length - distinct.size };
}

/** For people, and as Markdown to keep. */
export function describeReport(options: SoakOptions, report: SoakReport, seconds: number): string {
  const { runs, sentTwice, states, strikes, duplicateResults, broken } = report;
  return [
    `# ${runs} runs on the engine \`${options.engine}\`, seed ${options.seed}`,
    "",
    `    ${replay(options)}`,
    "",
    `${runs} runs in ${seconds} s, ${sentTwice} of them sent twice; ${duplicateResults} results came more than once.`,
    `${total(strikes)} strikes. Promises broken: ${broken.length}.`,
    "",
    ...table("strike", strikes),
    "",
    ...table("end", states),
    ...broken.map((what) => `- ${what}`),
  ].join("\n");
}

const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const table = (title: string, counts: Readonly<Record<string, number>>): string[] => [
  `| ${title} | times |`,
  "|---|---|",
  ...Object.keys(counts)
    .sort()
    .map((name) => `| ${name} | ${counts[name]} |`),
];
