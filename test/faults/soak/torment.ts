import { setTimeout as pause } from "node:timers/promises";
import type { Dice } from "./dice.ts";
import type { Victim } from "./victim.ts";

export interface Torment {
  /** Rejects where a victim could not be brought back: then nothing is worth waiting for. */
  readonly failed: Promise<never>;
  /** Stops killing, and leaves every victim alive. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Kills or freezes one victim after another, as the dice say, and counts what it did. */
export function torment(
  victims: readonly Victim[],
  dice: Dice,
  strikes = Number.POSITIVE_INFINITY,
): Torment {
  const done: Record<string, number> = {};
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined); // whoever waits for it hears of it
  let going = true;
  const strike = async () => {
    await pause(dice.between(1_000, 5_000));
    if (!going) return;
    const victim = dice.pick(victims);
    const way = dice.pick(["SIGKILL", "SIGKILL", "SIGSTOP"] as const);
    const name = `${way} ${victim.name}`;
    done[name] = (done[name] ?? 0) + 1;
    if (way === "SIGKILL") {
      await victim.kill();
      await pause(dice.between(0, 800));
      await victim.restart();
    } else {
      victim.freeze();
      await pause(dice.between(100, 2_500));
      victim.thaw();
    }
  };
  const running = (async () => {
    for (let count = 0; going && count < strikes; count++) await strike();
  })().catch(reject);
  return {
    failed,
    async stop() {
      going = false;
      await running;
      return done;
    },
  };
}
