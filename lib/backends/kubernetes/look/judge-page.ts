import type { Observation } from "../../../runs/observation.ts";
import type { Cluster } from "../api/cluster.ts";
import { toLaunchError } from "../api/errors.ts";
import { namedPod } from "../judge/failed-pod.ts";
import type { JobView } from "../judge/job-view.ts";
import { judge } from "../judge/judge.ts";
import { needsEvents } from "../judge/judge-failed.ts";
import { isLastSight } from "../judge/last-sight.ts";
import { demandOf } from "../judge/limits.ts";
import { readRun } from "../judge/observed-run.ts";
import { carryOut } from "./carry-out.ts";
import { keepEnd } from "./keep-end.ts";
import { readEvents } from "./look-closer.ts";
import type { PodsByRun } from "./read-pods.ts";
import { type Page, readViews } from "./read-views.ts";

/** Runs that need calls of their own are looked at so many at once. */
const AT_ONCE = 8;

/** A page that has been looked through. */
export interface Sifted {
  /** What could be judged at sight. */
  readonly seen: readonly Observation[];
  /** What takes calls of its own. */
  readonly hard: readonly JobView[];
}

/** Judges what can be judged at sight: all but a few. One that cannot be understood stops no other. */
export async function siftPage(
  cluster: Cluster,
  page: Page,
  live: PodsByRun,
  signal: AbortSignal,
): Promise<Sifted> {
  const seen: Observation[] = [];
  const hard: JobView[] = [];
  for (const view of await readViews(cluster, page, live, signal)) {
    const observation = tryTo(view, () => (needsCalls(view) ? undefined : judge(view)));
    if (observation) seen.push(observation);
    else hard.push(view);
  }
  return { seen, hard };
}

/** The rest of a page, judged; what limits demand is done on the way. */
export async function* judgeHard(
  cluster: Cluster,
  { hard }: Sifted,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  for (let start = 0; start < hard.length; start += AT_ONCE) {
    const some = hard.slice(start, start + AT_ONCE);
    const seen = await Promise.all(some.map((view) => observe(cluster, view, signal)));
    yield* seen.filter((one) => one !== undefined);
  }
}

const needsCalls = (view: JobView) =>
  demandOf(view) !== undefined || needsEvents(view) || isLastSight(view);

/** One run, with the calls that it takes; undefined where it is gone. */
async function observe(
  cluster: Cluster,
  view: JobView,
  signal: AbortSignal,
): Promise<Observation | undefined> {
  try {
    const kept = isLastSight(view) ? await keepEnd(cluster, view, signal) : view;
    const done = await carryOut(cluster, kept, signal);
    if (!done || !needsEvents(done)) return done && judge(done);
    const events = await readEvents(cluster, done.job, done.pods ?? [], signal, namedPod(done.job));
    return judge({ ...done, events });
  } catch (error) {
    signal.throwIfAborted();
    return unknown(view, toLaunchError(error, "look at it closer").message);
  }
}

/** Somebody may have written into it what no Job can have. */
function tryTo(view: JobView, look: () => Observation | undefined): Observation | undefined {
  try {
    return look();
  } catch {
    return unknown(view, "its Job cannot be understood");
  }
}

const unknown = ({ job, target }: JobView, reason: string): Observation => ({
  state: "unknown",
  run: readRun(job, target),
  reason,
});
