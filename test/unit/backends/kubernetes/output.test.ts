import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClient } from "../../../../lib/backends/kubernetes/api/client.ts";
import { anonymous } from "../../../../lib/backends/kubernetes/connect/connection.ts";
import { logSourceOf } from "../../../../lib/backends/kubernetes/judge/log-source.ts";
import { readLog } from "../../../../lib/backends/kubernetes/output/read-log.ts";
import { createTimestampFilter } from "../../../../lib/backends/kubernetes/output/timestamped.ts";
import { startAnsweringServer } from "../../../support/answering-server.ts";
import {
  aSeenJob,
  aSeenPod,
  at,
  exited,
  running,
  waiting,
} from "../../../support/kubernetes-objects.ts";

const stamp = (line: number) => `2026-01-01T00:00:00.${String(line).padStart(9, "0")}Z`;

describe("timestamps before the lines of a log", () => {
  test("are taken off, whatever the pieces and the bytes of the lines are", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.filter((one) => one !== 0x0a)),
        ),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (lines, sizes) => {
          const text = lines.map((line) => Buffer.concat([line, Buffer.from("\n")]));
          const log = Buffer.concat(
            text.flatMap((line, index) => [Buffer.from(`${stamp(index)} `), line]),
          );

          const filter = createTimestampFilter();
          const out: Buffer[] = [];
          for (let start = 0, piece = 0; start < log.length; piece++) {
            const size = sizes[piece % sizes.length] ?? 1;
            out.push(...filter.push(log.subarray(start, start + size)));
            start += size;
          }

          expect(Buffer.concat(out)).toEqual(Buffer.concat(text));
          expect(filter.last).toBe(lines.length ? stamp(lines.length - 1) : undefined);
        },
      ),
    );
  });

  test("tell which lines were read before", () => {
    const filter = createTimestampFilter(stamp(1));
    const log = [0, 1, 2].map((line) => `${stamp(line)} line ${line}\n`).join("");

    expect(String(Buffer.concat(filter.push(Buffer.from(log))))).toBe("line 2\n");
  });
});

describe("the output to read", () => {
  const source = (...pods: ReturnType<typeof aSeenPod>[]) => logSourceOf(aSeenJob(), pods);

  test("is that of the last pod whose command was started", () => {
    const first = aSeenPod({ name: "one", phase: "Failed", state: exited(1), createdAt: at(1) });
    const second = aSeenPod({ name: "two", phase: "Running", state: running(), createdAt: at(9) });
    const third = aSeenPod({ name: "three", state: waiting("ErrImagePull"), createdAt: at(20) });

    expect(source(first, second, third)).toMatchObject({
      pod: "two",
      container: "prefect-job",
      previous: false,
      ended: false,
    });
  });

  test("is that of the instance before where the next one has not begun", () => {
    const pod = aSeenPod({
      phase: "Running",
      state: waiting("CrashLoopBackOff"),
      lastState: exited(1),
      restartCount: 1,
    });

    expect(source(pod)).toMatchObject({ previous: true, ended: false });
  });

  test("is that of an init container that failed", () => {
    const init = [
      { name: "first", state: exited(0) },
      { name: "second", state: exited(4) },
    ];
    const pod = aSeenPod({
      status: { phase: "Failed", initContainerStatuses: init },
    });

    expect(source(pod)).toMatchObject({ container: "second", ended: true });
  });

  test("is none where nothing was started", () => {
    expect(source(aSeenPod({ state: waiting("ContainerCreating") }))).toBeUndefined();
  });
});

describe("a log that its node has no more", () => {
  /** As a kubelet of 1.34 answered where the folder of the pod's logs had been removed, and where its container was gone. */
  const COMPLAINTS = [
    'failed to try resolving symlinks in path "/var/log/pods/default_pod-1_uid-of-pod-1/prefect-job/0.log": lstat /var/log/pods/default_pod-1_uid-of-pod-1: no such file or directory',
    "unable to retrieve container logs for containerd://0123456789abcdef",
  ];

  async function read(answer: string): Promise<string> {
    await using server = await startAnsweringServer((_, response) => void response.end(answer));
    const client = createClient({ server: server.url, tls: {}, credentials: anonymous });
    const cluster = { name: "prod", client, scopes: [undefined], tailBytes: 100 };
    const source = logSourceOf(aSeenJob(), [aSeenPod({ phase: "Succeeded", state: exited(0) })]);
    try {
      if (!source) return expect.fail("there is nothing to read");
      const log = readLog(cluster, source, {}, AbortSignal.timeout(10_000));
      return String(await buffer(log));
    } finally {
      client.close();
    }
  }

  test.each(COMPLAINTS)("is an error, not the output: %s", async (complaint) => {
    await expect(read(complaint)).rejects.toThrow("its node has its log no more");
  });

  test.each([
    "unable to retrieve container logs for containerd://0123456789abcdef\nsays a run",
    COMPLAINTS[0]?.replaceAll("uid-of-pod-1", "another") ?? "",
    "",
  ])("is told from a run that speaks of it: %s", async (output) => {
    await expect(read(output)).resolves.toBe(output);
  });
});
