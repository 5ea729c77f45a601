import type { PullProgress } from "../../backends/dependencies.ts";

/** Told of every step of a pull, with the lines that say how all pulls stand: none where none is under way. */
export type PullListener = (progress: PullProgress, lines: readonly string[]) => void;

/** What is known of the images that are being pulled. Engines are opened before there is a screen, so it listens later. */
export interface Pulls {
  readonly see: (progress: PullProgress) => void;
  listen(listener: PullListener): void;
}

export function createPulls(): Pulls {
  const images = new Map<string, Map<string, string>>();
  const listeners: PullListener[] = [];
  return {
    see(progress) {
      const layers = images.get(progress.image) ?? new Map<string, string>();
      images.set(progress.image, layers);
      if (isOfLayer(progress)) layers.set(progress.layer, layerLine(progress));
      if (progress.isLast) images.delete(progress.image);
      const lines = [...images].flatMap(([image, known]) => [
        `pulling ${image}`,
        ...known.values(),
      ]);
      for (const listener of listeners) listener(progress, lines);
    },
    listen: (listener) => void listeners.push(listener),
  };
}

/** Worth a line where lines stay: that a pull begins, and each layer that is there. undefined for all in between. */
export function pullNote(progress: PullProgress): string | undefined {
  const { image, layer, status } = progress;
  if (status.startsWith(BEGIN)) return `pulling ${image}`;
  return isOfLayer(progress) && LAYER_IS_THERE.has(status)
    ? `${image} ${layer}: ${status.toLowerCase()}`
    : undefined;
}

/** `Pulling from library/busybox`, for which the engine names the tag where a layer would stand. */
const BEGIN = "Pulling from ";
const LAYER_IS_THERE: ReadonlySet<string> = new Set(["Pull complete", "Already exists"]);

const isOfLayer = (progress: PullProgress): progress is PullProgress & { readonly layer: string } =>
  progress.layer !== undefined && !progress.status.startsWith(BEGIN);

function layerLine({ layer, status, currentBytes, totalBytes }: PullProgress): string {
  const how = totalBytes ? ` ${megabytes(currentBytes ?? 0)} of ${megabytes(totalBytes)} MB` : "";
  return `  ${layer}  ${status.toLowerCase()}${how}`;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
