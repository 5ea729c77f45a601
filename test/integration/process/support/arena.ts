import { afterAll, afterEach, beforeAll } from "vitest";
import type { Backend } from "../../../../lib/backends/backend.ts";
import { createProcessBackend } from "../../../../lib/backends/process/backend.ts";
import { createArena } from "../../../contract/arena.ts";
import type { LauncherOptions } from "../../../contract/subject.ts";
import { createProcessSubject, dependencies, type ProcessSubject } from "./process-subject.ts";

/** The contract's arena over processes of this machine, for one test file. */
export function useProcesses() {
  let subject: ProcessSubject | undefined;
  const processes = (): ProcessSubject => {
    if (!subject) throw new Error("the subject is not made yet");
    return subject;
  };
  const arena = createArena(processes);
  beforeAll(async () => {
    subject = await createProcessSubject();
  });
  afterEach(arena.close);
  afterAll(async () => subject?.dispose());

  /** What a run of this script, with these fields, came to. */
  const endOf = async (
    script: string,
    fields: Record<string, unknown> = {},
    options?: LauncherOptions,
  ) => {
    const what = arena.run(script, fields);
    const launcher = arena.launcher(options);
    await arena.submit(launcher, what);
    return { what, ended: await arena.untilEnded(launcher, what) };
  };

  /** A launcher with a process environment of its own. */
  const launcherIn = (env: NodeJS.ProcessEnv): Backend =>
    createProcessBackend({ ...dependencies(processes().root, {}), env });

  return { ...arena, processes, endOf, launcherIn };
}
