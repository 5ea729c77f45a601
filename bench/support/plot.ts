import type { Row } from "./define-bench.ts";
import { figuresOf, formatNumber, ratioOf } from "./table.ts";

const WIDTH = 760;
const LABELS = 240;
const BARS = 330;
const LINE = 26;
const HEAD = 34;

/** One panel of horizontal bars for each figure; baselines are grey. */
export function toSvg(title: string, rows: readonly Row[]): string {
  const panels: string[] = [];
  let top = 44;
  for (const [figure, own] of figuresOf(rows)) {
    panels.push(panel(figure, own, top));
    top += HEAD + own.length * LINE + 14;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(16, 28, title, 'font-size="17" font-weight="600"')}
${panels.join("\n")}
</svg>
`;
}

function panel(figure: string, rows: readonly Row[], top: number): string {
  const baselines = new Set(rows.map(({ baseline }) => baseline));
  const longest = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  const bars = rows.map((row, index) => {
    const y = top + HEAD + index * LINE;
    const width = Math.max(1, (row.value / longest) * BARS);
    const ratio = ratioOf(row, rows);
    const value = `${formatNumber(row.value)} ${row.unit}`;
    const note = ratio === undefined ? value : `${value} (${formatNumber(ratio)} ×)`;
    return [
      text(LABELS - 10, y + 14, row.label, 'text-anchor="end"'),
      `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="18" rx="2" fill="${baselines.has(row.label) ? "#9aa5b1" : "#2563eb"}"/>`,
      text(LABELS + width + 8, y + 14, note, 'fill="#374151"'),
    ].join("\n");
  });
  return [text(16, top + 20, figure, 'font-weight="600"'), ...bars].join("\n");
}

const text = (x: number, y: number, content: string, attributes: string) =>
  `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;

const escapeXml = (content: string) =>
  content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
