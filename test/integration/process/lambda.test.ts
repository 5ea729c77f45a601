import { expect, test } from "vitest";
import { useProcesses } from "./support/arena.ts";

const { launcher, launcherIn, run, submit, untilEnded, deadline } = useProcesses();

const inLambda = () => launcherIn({ ...process.env, AWS_LAMBDA_FUNCTION_NAME: "submit" });

test("a run lives only as long as its invocation in Lambda, and longer elsewhere", () => {
  expect([inLambda().ephemeral, launcher().ephemeral]).toEqual([true, false]);
});

test("a first receipt runs in Lambda", async () => {
  const what = { ...run("exit 3"), receiveCount: 1 };

  expect(await submit(inLambda(), what)).toMatchObject({ outcome: "created" });
  expect(await untilEnded(inLambda(), what)).toMatchObject({ statusCode: 3 });
});

test("a redelivery to the same environment finds its run in Lambda", async () => {
  const what = run("exit 0");
  await submit(inLambda(), { ...what, receiveCount: 1 });

  const again = await submit(inLambda(), { ...what, receiveCount: 2 });

  expect(again).toMatchObject({ outcome: "adopted" });
  await untilEnded(inLambda(), what);
});

test("a redelivery to another environment is not risked in Lambda", async () => {
  const what = { ...run("exit 0"), receiveCount: 2 };

  const refusal = inLambda().submit(what, deadline());

  await expect(refusal).rejects.toMatchObject({ code: "EngineLost", retryable: false });
});

test("a run that ignores its deadline is over soon after it in Lambda", async () => {
  const what = run("trap '' TERM; while :; do sleep 0.1; done", { timeout_seconds: 1 });
  await submit(inLambda(), what);

  const ended = await untilEnded(inLambda(), what);

  expect(ended).toMatchObject({ statusCode: -9, cause: { code: "DeadlineExceeded" } });
});
