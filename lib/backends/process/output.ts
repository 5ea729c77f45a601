import { open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LaunchError } from "../../runs/launch-error.ts";
import type { ObservedRun } from "../../runs/observation.ts";
import type { OutputOptions, OutputPiece } from "../backend.ts";
import { isErrno } from "./atomic-file.ts";
import { FILES } from "./layout.ts";
import { createNews } from "./news.ts";
import { readTended } from "./tend.ts";

interface Position {
  segment: string;
  offset: number;
}

const PIECE_BYTES = 65_536;
/** A look every so often, should the file system tell no news. */
const LOOK_MS = 1_000;

/** A run's output. Throws `Removed` where it is gone with its run. */
export async function* outputOf(
  path: string,
  { key, uid }: ObservedRun,
  options: OutputOptions,
): AsyncGenerator<OutputPiece> {
  const find = async () => {
    const facts = await readTended(path);
    return facts?.request.uid === uid ? facts : undefined;
  };
  if (!(await find())) throw new LaunchError("Removed", `The output of ${key.id} is gone.`);
  const isOver = async () => {
    const facts = await find();
    return !facts || facts.end !== undefined || facts.claim?.kind === "fence";
  };
  const directory = join(path, FILES.output);
  // One pipe takes both streams, which keeps their order and not which of them it was.
  for await (const bytes of readOutput({ directory, isOver }, options))
    yield { stream: "stdout", bytes };
}

interface OutputSource {
  /** Where the segments lie. */
  readonly directory: string;
  /** Whether nothing more will come. */
  isOver(): Promise<boolean>;
}

/** The output's last segments, or only its tail; as it is now, or on to its end. */
async function* readOutput(
  { directory, isOver }: OutputSource,
  { signal, tailBytes, follow = false }: OutputOptions,
): AsyncGenerator<Uint8Array> {
  const news = createNews(signal);
  if (follow) for (const one of [directory, dirname(directory)]) news.follow(one);
  const there = await sizesIn(directory);
  const total = there.reduce((sum, { size }) => sum + size, 0);
  const wanted = Math.min(total, tailBytes ?? total);
  const position = positionAt(there, total - wanted);
  let left = follow ? Number.POSITIVE_INFINITY : wanted;
  try {
    while (!signal.aborted && left > 0) {
      const over = await isOver();
      for await (const bytes of readOn(directory, position)) {
        if (signal.aborted || left <= 0) return;
        yield bytes.subarray(0, Math.min(left, bytes.length));
        left -= bytes.length;
      }
      if (over || !follow) return;
      await news.next(LOOK_MS);
    }
  } finally {
    news.close();
  }
}

/** What is there from a position on, moving the position along. A segment that is gone meanwhile is left out. */
async function* readOn(directory: string, position: Position): AsyncGenerator<Uint8Array> {
  for (const segment of await segmentsIn(directory)) {
    if (segment < position.segment) continue;
    if (segment > position.segment) Object.assign(position, { segment, offset: 0 });
    const file = await open(join(directory, segment)).catch(ignoreMissing);
    if (!file) continue;
    try {
      for (;;) {
        const buffer = Buffer.alloc(PIECE_BYTES);
        const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, position.offset);
        if (bytesRead === 0) break;
        position.offset += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }
}

interface Segment {
  readonly segment: string;
  readonly size: number;
}

function positionAt(segments: readonly Segment[], skip: number): Position {
  let left = skip;
  for (const { segment, size } of segments) {
    if (left < size) return { segment, offset: left };
    left -= size;
  }
  return { segment: "", offset: 0 };
}

async function sizesIn(directory: string): Promise<Segment[]> {
  const all = (await segmentsIn(directory)).map(async (segment) => {
    const stats = await stat(join(directory, segment)).catch(ignoreMissing);
    return { segment, size: stats?.size ?? 0 };
  });
  return Promise.all(all);
}

const segmentsIn = async (directory: string) =>
  ((await readdir(directory).catch(ignoreMissing)) ?? []).sort();

function ignoreMissing(error: unknown): undefined {
  if (!isErrno(error, "ENOENT")) throw error;
}
