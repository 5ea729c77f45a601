import { expect, test } from "vitest";
import { createBoard } from "../../../../lib/cli/dev/board.ts";
import { submittedResult, terminalResult } from "../../../../lib/runs/result.ts";
import { anEnd, anObservedRun } from "../../../support/observed.ts";

const run = anObservedRun();
const pending = { state: "pending", run, reason: "its image is pulled" } as const;
const running = { state: "running", run, startedAt: "2026-01-01T00:00:01.000Z" } as const;

test("follows a run forward, by its engine and by its results", () => {
  const board = createBoard();

  const changes = [submittedResult(run), pending, running, anEnd()].map(
    (news) => board.see(news)?.state,
  );

  expect(changes).toEqual(["submitted", "pending", "running", "completed"]);
  expect(board.rows(10)).toMatchObject([{ id: "run-1", state: "completed", status_code: 0 }]);
});

test.each([
  ["the same news twice", [running, running]],
  ["late news of its submission", [running, submittedResult(run)]],
  ["its result after its end was seen", [anEnd(), terminalResult(anEnd(), null)]],
])("takes %s for none", (_what, [first, second]) => {
  const board = createBoard();
  if (first) board.see(first);

  expect(second && board.see(second)).toBeUndefined();
});

test("shows the latest runs, the latest last", () => {
  const board = createBoard();
  for (const id of ["a", "b", "c"]) board.see({ ...running, run: anObservedRun({ id }) });
  board.see(anEnd({ run: anObservedRun({ id: "a" }) }));

  expect(board.rows(2).map(({ id }) => id)).toEqual(["c", "a"]);
});

test("remembers a bounded number of runs", () => {
  const board = createBoard();
  for (let index = 0; index < 1_000; index++)
    board.see({ ...running, run: anObservedRun({ id: String(index) }) });

  expect(board.rows(10_000).map(({ id }) => id)).toHaveLength(500);
});
