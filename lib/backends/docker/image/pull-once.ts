import * as z from "zod/mini";
import type { ImageReference } from "../../../runs/image-reference.ts";
import { LaunchError, unavailable } from "../../../runs/launch-error.ts";
import type { PullProgress } from "../../dependencies.ts";
import type { Engine } from "../api/engine.ts";
import type { AuthConfig } from "../api/image-calls.ts";
import { jsonLines } from "../api/json-lines.ts";
import { pullError } from "./pull-errors.ts";

interface OnePull {
  readonly engine: Pick<Engine, "pull">;
  readonly image: ImageReference;
  readonly platform: string | undefined;
  readonly signal: AbortSignal;
}

const ProgressLine = z.object({
  status: z._default(z.string(), ""),
  id: z.optional(z.string()),
  progressDetail: z.optional(
    z.object({ current: z.optional(z.number()), total: z.optional(z.number()) }),
  ),
  error: z.optional(z.string()),
  errorDetail: z.optional(z.object({ message: z.optional(z.string()) })),
});

/** The engine answers 200 and tells of failures in the stream. */
export async function pullOnce(
  { engine, image, platform, signal }: OnePull,
  auth: AuthConfig | undefined,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const stream = await engine.pull(image, platform, auth, signal);
  try {
    for await (const value of jsonLines(stream)) {
      const line = ProgressLine.safeParse(value).data;
      const failure = line?.errorDetail?.message ?? line?.error;
      if (failure) throw pullError(image, failure, auth);
      if (line) onProgress(toProgress(image, line));
    }
    if (!stream.complete) throw new Error("the stream broke off");
  } catch (error) {
    if (error instanceof LaunchError) throw error;
    throw unavailable(`the pull of ${image.text} broke off`, { cause: error });
  }
}

function toProgress(image: ImageReference, line: z.infer<typeof ProgressLine>): PullProgress {
  return {
    image: image.text,
    layer: line.id,
    status: line.status,
    currentBytes: line.progressDetail?.current,
    totalBytes: line.progressDetail?.total,
    isLast: false,
  };
}

export const lastStep = (image: ImageReference): PullProgress => ({
  image: image.text,
  layer: undefined,
  status: "",
  currentBytes: undefined,
  totalBytes: undefined,
  isLast: true,
});
