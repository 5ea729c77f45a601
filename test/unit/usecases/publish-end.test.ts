import { expect, test } from "vitest";
import type { Backend } from "../../../lib/backends/backend.ts";
import { causeOf } from "../../../lib/runs/cause.ts";
import type { Result } from "../../../lib/runs/result.ts";
import { publishEnd } from "../../../lib/usecases/publish-end.ts";
import { anEnd } from "../../support/observed.ts";
import { createWorkbench } from "../../support/workbench.ts";

const says = (text: string) =>
  ({
    settle: async () => undefined,
    async *output() {
      yield { stream: "stdout", bytes: Buffer.from(text) } as const;
    },
  }) satisfies Pick<Backend, "settle" | "output">;

test.each([
  ["a command that was started", { attempts: 1 }, "no data\n"],
  ["an init container before it", { attempts: 0, hasOutput: true }, "no data\n"],
  ["nothing that was started", { attempts: 0 }, undefined],
])("publishes the output of %s", async (_, ended, tail) => {
  await using bench = await createWorkbench();
  const end = anEnd({ outcome: "failed", statusCode: 4, cause: causeOf("Exit", "4"), ...ended });
  const published: Result[] = [];
  const publish = async (result: Result) => void published.push(result);

  await publishEnd(bench.deps, says("no data\n"), end, publish, AbortSignal.timeout(10_000));

  expect(published.map(({ data }) => data.logs?.tail)).toEqual([tail]);
});
