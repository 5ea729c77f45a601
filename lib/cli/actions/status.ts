import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { requireRun } from "../find-run.ts";
import { statusOf } from "../output/describe-run.ts";
import { statusLines } from "../output/status-lines.ts";
import { paint, print, type Terminal } from "../terminal.ts";

const LABEL_WIDTH = 10;

export async function status(
  options: CommonOptions & { readonly id: string },
  terminal: Terminal,
): Promise<number> {
  const { observation } = await withEngines(options, terminal, (engines) =>
    requireRun(engines, options.id),
  );
  const standing = statusOf(observation);
  if (options.json) print(terminal, JSON.stringify(standing));
  else
    for (const [label, text] of statusLines(standing))
      print(terminal, `${paint(terminal.stdout, "dim", label.padEnd(LABEL_WIDTH))}${text}`);
  return EXIT.ok;
}
