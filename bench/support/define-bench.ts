/** One measured figure. */
export interface Row {
  /** What it is a figure of; rows of one figure share a unit and a panel: "Requests per second". */
  readonly figure: string;
  /** What was measured: "slipway", "bare spawn loop". */
  readonly label: string;
  readonly value: number;
  /** "1/s", "ms", "MB" */
  readonly unit: string;
  /** The label of the row in the same figure that this one is compared with. */
  readonly baseline?: string;
}

export interface Bench {
  /** The file's name: `bench/NAME.bench.ts`, `bench/results/NAME.md`. */
  readonly name: string;
  readonly title: string;
  /** How it was measured, in a paragraph for the reader of the table. */
  readonly method: string;
  /** Measures everything anew, baselines included, so that ratios are of one machine in one state. */
  measure(): Promise<readonly Row[]>;
}

/** A bench file exports one: `export const bench = defineBench({ … })`. */
export const defineBench = (bench: Bench): Bench => bench;
