import { setTimeout as pause } from "node:timers/promises";
import { type Result, TERMINAL_STATES } from "../../../lib/runs/result.ts";
import { createPool } from "../../../lib/usecases/pool.ts";
import type { Sent } from "../support/check-history.ts";
import type { Truth } from "../support/truth.ts";
import { createDice } from "./dice.ts";
import type { SoakEngine } from "./engine.ts";
import type { SoakOptions } from "./options.ts";

/** A run without a result holds its place for so long, and the soak goes on without it, in milliseconds. */
const PATIENCE_MS = 300_000;

const TELL_EVERY = 500;

/** Sends every request, some of them twice, with at most so many runs open at once. */
export function createSender(
  { runs, seed, atOnce }: SoakOptions,
  engine: Pick<SoakEngine, "infrastructure" | "inside">,
  truth: Pick<Truth, "script">,
) {
  const dice = createDice(seed);
  const sent: Sent[] = [];
  const waiting = new Map<string, () => void>();
  let twice = 0;
  let stopped = false;

  const requestOf = (id: string, exitCode: number) => {
    const script = truth.script(id, exitCode, engine.inside, dice.pick([0, 0, 0, 1, 2]));
    return { id, infrastructure: engine.infrastructure(script) };
  };

  async function untilEnded(id: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.set(id, resolve);
    await Promise.race([promise, pause(PATIENCE_MS, undefined, { ref: false })]);
  }

  async function sendAll(send: (request: unknown) => Promise<void>): Promise<void> {
    const pool = createPool(atOnce);
    for (let index = 0; index < runs && !stopped; index++) {
      const id = `soak-${seed}-${index}`;
      const exitCode = dice.pick([0, 0, 0, 1, 7]);
      const request = requestOf(id, exitCode);
      const isTwice = dice.between(1, 10) === 1;
      await pool.add(async () => {
        sent.push({ id, exitCode });
        const ended = untilEnded(id);
        await send(request);
        if (isTwice) await send(request);
        await ended;
      });
      if (isTwice) twice++;
      if (sent.length % TELL_EVERY === 0)
        console.log(`${new Date().toISOString()} ${sent.length} sent`);
    }
    await pool.idle();
  }

  return {
    sent,
    counts: () => ({ runs: sent.length, sentTwice: twice }),
    stop() {
      stopped = true;
    },
    sendAll,
    release({ subject, data }: Result): void {
      if (!TERMINAL_STATES.has(data.state)) return;
      waiting.get(subject)?.();
      waiting.delete(subject);
    },
    /** Whether each has had its result, as far as that comes in time. */
    async answered(withinMs: number): Promise<void> {
      const until = Date.now() + withinMs;
      while (waiting.size > 0 && Date.now() < until) await pause(200);
    },
  };
}
