import type { Preview } from "../../backends/backend.ts";
import type { Engines } from "../../local/dependencies.ts";
import { invalid } from "../../runs/launch-error.ts";
import { runOf } from "../../runs/run.ts";
import type { CommonOptions } from "../command.ts";
import { withEngines } from "../engines.ts";
import { EXIT } from "../exit-codes.ts";
import { type Prepared, prepareRequests, type RequestOptions } from "../input/requests.ts";
import { note, print, type Terminal } from "../terminal.ts";

/** Prints what `submit` would send, one preview after the other. */
export async function preview(
  options: CommonOptions & RequestOptions,
  terminal: Terminal,
): Promise<number> {
  await withEngines(options, terminal, async (engines) => {
    const prepared = await prepareRequests(options, terminal, engines.config.infrastructures);
    for (const one of prepared) {
      const shown = await previewOne(engines, one);
      if (options.json) print(terminal, JSON.stringify({ id: one.request.id, ...shown }));
      else {
        if (prepared.length > 1) note(terminal, `# ${one.request.id}`);
        print(terminal, shown.text.trimEnd());
      }
    }
  });
  return EXIT.ok;
}

async function previewOne(engines: Engines, { request }: Prepared): Promise<Preview> {
  if (request.action === "cancel")
    throw invalid([{ path: "action", message: "a cancel sends nothing that could be previewed" }]);
  const backend = await engines.backends.load(request.spec.type);
  const target = await backend.locate(request.spec);
  const { baseEnvironment } = engines;
  return backend.preview(runOf(request, { target, baseEnvironment }));
}
