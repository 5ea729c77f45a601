import { parseArgs } from "node:util";

export const ENGINES = ["process", "docker", "kubernetes", "control-plane"] as const;

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  readonly engine: (typeof ENGINES)[number];
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
  const engine = ENGINES.find((known) => known === values.engine);
  if (!engine) throw new Error(`--engine must be one of ${ENGINES}, got ${values.engine}`);
  return {
    runs: wholeNumber("runs", values.runs),
    seed: wholeNumber("seed", values.seed),
    engine,
    atOnce: wholeNumber("at-once", values["at-once"]),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, got ${text}`);
}

/** Replays a schedule: the same seed gives the same victims and pauses (not the same moments: the machine decides those). */
export const replay = ({ runs, seed, engine, atOnce }: SoakOptions) =>
  `npm run soak -- --engine ${engine} --runs ${runs} --seed ${seed} --at-once ${atOnce}`;
