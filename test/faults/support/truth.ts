import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the workloads themselves wrote: the only witness that no launcher, watcher or engine can mislead. */
export interface Truth extends AsyncDisposable {
  readonly directory: string;
  /** A shell script that notes its start and its end and exits with the code; `inside` is the directory as the run sees it. */
  script(id: string, exitCode: number, inside?: string, pauseSeconds?: number): string;
  read(): Promise<readonly Witness[]>;
}

export interface Witness {
  readonly id: string;
  readonly event: "start" | "end";
}

export async function createTruth(): Promise<Truth> {
  const directory = await mkdtemp(join(tmpdir(), "slipway-truth-"));
  const file = join(directory, "truth");
  return {
    directory,
    script(id, exitCode, inside = directory, pauseSeconds = 0) {
      const note = (event: string) => `echo "${event} ${id}" >> "${inside}/truth"`; // one short write: appended whole
      const rest = pauseSeconds > 0 ? `; sleep ${pauseSeconds}` : "";
      return `${note("start")}${rest}; ${note("end")}; exit ${exitCode}`;
    },
    async read() {
      const text = await readFile(file, "utf8").catch(() => "");
      return text.split("\n").flatMap((line) => {
        const [event, id] = line.split(" ");
        return id && (event === "start" || event === "end") ? [{ event, id }] : [];
      });
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
