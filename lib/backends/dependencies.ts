import type { Config, SecretResolver } from "../config/config.ts";

/** What a backend is made from: `createDockerBackend(deps)` and its like. */
export interface BackendDependencies {
  readonly config: Config;
  readonly secrets: SecretResolver;
  /** The process's own environment: `DOCKER_HOST`, `KUBECONFIG`, `AWS_LAMBDA_FUNCTION_NAME` … */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** No launcher lives longer than this after it began a submission: then another one may finish its work. */
  readonly launcherTimeoutMs: number;
  /** Told how an image that is being pulled comes on. */
  readonly onPullProgress?: (progress: PullProgress) => void;
}

/** One step of one layer, or of the whole image where `layer` is undefined. */
export interface PullProgress {
  readonly image: string;
  readonly layer: string | undefined;
  readonly status: string;
  readonly currentBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** true once for each pull, after everything else, however it came out. */
  readonly isLast: boolean;
}
