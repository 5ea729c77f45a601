import { expect, test } from "vitest";
import { createTwinFinder } from "../../../lib/usecases/twins.ts";
import { anObservedRun } from "../../support/observed.ts";

const early = anObservedRun({ id: "a", uid: "1", createdAt: "2026-01-01T00:00:00Z" });
const late = anObservedRun({ id: "a", uid: "2", createdAt: "2026-01-01T00:00:01Z" });

test.each([
  ["earlier first", early, late],
  ["later first", late, early],
])("names the later of two runs of one id, %s", (_order, one, other) => {
  const twins = createTwinFinder();

  expect(twins.laterOf(one)).toBeUndefined();
  expect(twins.laterOf(other)).toMatchObject({ uid: late.uid });
});

test("lets everybody agree where two were made in the same moment", () => {
  const other = { ...early, uid: "0" };
  const [here, there] = [createTwinFinder(), createTwinFinder()];

  here.laterOf(early);
  there.laterOf(other);

  expect(here.laterOf(other)).toMatchObject({ uid: early.uid });
  expect(there.laterOf(early)).toMatchObject({ uid: early.uid });
});

test("does not take one run that is seen twice for two", () => {
  const twins = createTwinFinder();

  twins.laterOf(early);

  expect(twins.laterOf({ ...early })).toBeUndefined();
});

test("does not take two ids for one, even where their hashes were equal", () => {
  const twins = createTwinFinder();
  const stranger = { ...late, key: { ...late.key, id: "b" } };

  twins.laterOf(early);

  expect(twins.laterOf(stranger)).toBeUndefined();
});
