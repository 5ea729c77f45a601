import type { Bench, Row } from "./define-bench.ts";

/** How many times the baseline a row is; undefined where it has none. Throws where the baseline was not measured. */
export function ratioOf(row: Row, rows: readonly Row[]): number | undefined {
  if (row.baseline === undefined) return undefined;
  const base = rows.find(({ figure, label }) => figure === row.figure && label === row.baseline);
  if (!base) throw new Error(`${row.figure}: no row is labelled ${row.baseline}`);
  return row.value / base.value;
}

export function figuresOf(rows: readonly Row[]): [string, Row[]][] {
  return [...Map.groupBy(rows, ({ figure }) => figure)];
}

/** Three significant digits, and no exponent. */
export const formatNumber = (value: number) =>
  new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(value);

/** The results as Markdown, wide enough to be read as plain text. */
export function toMarkdown(bench: Bench, rows: readonly Row[], machine: string): string {
  const tables = figuresOf(rows).map(([figure, own]) => `## ${figure}\n\n${table(own)}`);
  return [`# ${bench.title}`, bench.method, `Measured on ${machine}.`, ...tables]
    .join("\n\n")
    .concat("\n");
}

function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const ratio = ratioOf(row, rows);
    const compared = ratio === undefined ? "" : `${formatNumber(ratio)} × ${row.baseline}`;
    return [row.label, `${formatNumber(row.value)} ${row.unit}`, compared];
  });
  const all = [["what", "value", "ratio"], ...cells];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...all.map((line) => (line[column] ?? "").length)),
  );
  const toLine = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  const [head = [], ...body] = all;
  return [toLine(head), rule, ...body.map(toLine)].join("\n");
}
