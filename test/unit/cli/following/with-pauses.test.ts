import { expect, test } from "vitest";
import { PAUSE, withPauses } from "../../../../lib/cli/following/with-pauses.ts";

test("a pause stands once wherever nothing comes for a while", async () => {
  let goOn = () => {};
  const paused = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  async function* items() {
    yield "a";
    yield "b";
    await paused;
    yield "c";
  }
  const seen: unknown[] = [];

  for await (const item of withPauses(items(), 20)) {
    seen.push(item);
    if (item === PAUSE) goOn();
  }

  expect(seen).toEqual(["a", "b", PAUSE, "c"]);
});

test("an error comes through, and the source is closed where nobody reads on", async () => {
  let closed = 0;
  async function* items(fail: boolean) {
    try {
      yield 1;
      if (fail) throw new Error("broke off");
      yield 2;
    } finally {
      closed++;
    }
  }

  for await (const _ of withPauses(items(false), 1_000)) break;
  const reading = (async () => {
    for await (const _ of withPauses(items(true), 1_000));
  })();

  await expect(reading).rejects.toThrow("broke off");
  expect(closed).toBe(2);
});
