import type { ObservedRun } from "../../runs/observation.ts";
import type { Swept } from "../backend.ts";
import type { Register } from "./api/engine-answers.ts";
import { readReceipt } from "./judge/end.ts";
import type { Evidence } from "./judge/judge.ts";
import { MARK_LABEL, readFacts } from "./labels.ts";
import { concurrently } from "./look/concurrently.ts";
import { look, type Place } from "./look/place.ts";
import { type Marked, readMark, setMark } from "./marks.ts";
import { MARKS, markName } from "./names.ts";

/**
 * The done mark first, with what was published on it; then the others go, and the container where the request asks for
 * that. The done mark stays as long as the retention, and refuses a late launcher as they did.
 */
export async function settle(place: Place, run: ObservedRun): Promise<void> {
  const { engine, signal } = place;
  const evidence = await look(place, run.identifier);
  const { container, marks } = evidence;
  const own = container && readFacts(container.Config.Labels);
  const facts = (own?.hash === run.key.hash ? own : undefined) ?? (marks.open ?? marks.stop)?.facts;
  if (!marks.done && facts) {
    const receipt = readReceipt(run.revision);
    const says = {
      ...(receipt && { receipt: run.revision }),
      ...(marks.stop && receipt?.end.attempts === 0 && { fenced: "true" }),
      created: run.createdAt,
    };
    const containerId = marks.open?.containerId ?? container?.Id;
    await setMark(engine, run.identifier, "done", { facts, containerId, says }, signal);
  }
  await letGo(place, evidence);
}

/** What is left to do once a run is marked as done. Gone already is fine. */
export async function letGo(
  { engine, signal }: Place,
  { name, marks, container }: Evidence,
): Promise<void> {
  for (const mark of MARKS)
    if (mark !== "done" && marks[mark]) await engine.removeRegister(markName(name, mark), signal);
  const isOver = container?.State.Status === "exited" || container?.State.Status === "created";
  if (isOver && readFacts(container.Config.Labels)?.autoRemove)
    await engine.remove(container.Id, signal);
}

const AT_ONCE = 8;

/** Removes what has been settled for longer than the retention: container, marks, the done mark last. */
export async function sweep(place: Place, retentionSeconds: number): Promise<Swept> {
  const { engine, signal } = place;
  const [now, done] = await Promise.all([
    engine.now(signal),
    engine.listRegisters(`${MARK_LABEL}=done`, signal),
  ]);
  const isDue = ({ CreatedAt }: Register) =>
    Date.parse(CreatedAt) + retentionSeconds * 1_000 <= Date.parse(now);
  const due = done
    .filter(isDue)
    .map(readMark)
    .filter((mark) => mark !== undefined);
  let removed = 0;
  const failures: unknown[] = [];
  const work = (done: Marked) => removeRun(place, done).catch((error) => void failures.push(error));
  for await (const gone of concurrently(due, AT_ONCE, work)) if (gone) removed++;
  if (failures.length > 0) throw failures[0];
  return { removed };
}

/** false where somebody has started the container again by hand: it is let be until it ends. */
async function removeRun({ engine, signal }: Place, done: Marked): Promise<boolean> {
  const container = await engine.inspect(done.container, signal);
  const isOurs = container && readFacts(container.Config.Labels)?.hash === done.facts.hash;
  if (isOurs && (await engine.remove(container.Id, signal)) === "busy") return false;
  for (const mark of MARKS) await engine.removeRegister(markName(done.container, mark), signal);
  return true;
}
