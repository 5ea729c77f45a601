import { parseArgs } from "node:util";

export const ENGINES = ["process", "docker", "kubernetes", "control-plane"] as const;

export interface SoakOptions {
  readonly runs: number;
  readonly seed: number;
  readonly engine: (typeof ENGINES)[number];
  /** How many requests may be on their way at once. */
  readonly atOnce: number;
  /** After so many it is calm; as many as there is time for where unset. */
  readonly strikes?: number;
}

export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      engine: { type: "string", default: "process" },
      "at-once": { type: "string", default: "24" },
      strikes: { type: "string" },
    },
  });
  const engine = ENGINES.find((known) => known === values.engine);
  if (!engine) throw new Error(`--engine must be one of ${ENGINES}, got ${values.engine}`);
  return {
    runs: wholeNumber("runs", values.runs),
    seed: wholeNumber("seed", values.seed),
    engine,
    atOnce: wholeNumber("at-once", values["at-once"]),
    ...(values.strikes === undefined ? {} : { strikes: wholeNumber("strikes", values.strikes) }),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, got ${text}`);
}

/** Replays a schedule: the same seed gives the same victims and pauses (not the same moments: the machine decides those). */
export function replay({ runs, seed, engine, atOnce, strikes }: SoakOptions): string {
  const limit = strikes === undefined ? "" : ` --strikes ${strikes}`;
  return `npm run soak -- --engine ${engine} --runs ${runs} --seed ${seed} --at-once ${atOnce}${limit}`;
}
