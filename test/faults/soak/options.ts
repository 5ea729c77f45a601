import { parseArgs } from "node:util";

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  readonly engine: "process" | "docker" | "kubernetes";
  /** How many requests may be on their way at once. */
  readonly atOnce: number;
}

export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      engine: { type: "string", default: "process" },
      "at-once": { type: "string", default: "24" },
    },
  });
  const { engine } = values;
  if (engine !== "process" && engine !== "docker" && engine !== "kubernetes")
    throw new Error(`--engine must be process, docker or kubernetes, got ${engine}`);
  return {
    runs: Number(values.runs),
    seed: Number(values.seed),
    engine,
    atOnce: Number(values["at-once"]),
  };
}

/** Replays a schedule: the same seed gives the same victims and pauses (not the same moments: the machine decides those). */
export const replay = ({ runs, seed, engine }: SoakOptions) =>
  `npm run soak -- --engine ${engine} --runs ${runs} --seed ${seed}`;
