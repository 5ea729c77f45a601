import { environmentOf } from "../../../runs/environment.ts";
import { type ImageReference, parseImageReference } from "../../../runs/image-reference.ts";
import type { DockerContainerSpec } from "../../../runs/infrastructure.ts";
import { invalid, LaunchError, type Problem } from "../../../runs/launch-error.ts";
import { joinPath } from "../../../runs/problems.ts";
import { quote } from "../../../runs/quote.ts";
import type { Run } from "../../../runs/run.ts";
import { dockerLabelKey, factsOf, OUR_PREFIX, ourLabels } from "../labels.ts";
import { containerName } from "../names.ts";
import { API_URL, fromContainer } from "./api-url.ts";
import { applyCreateOptions } from "./create-options.ts";
import type { EngineTraits } from "./engine-traits.ts";
import { gpuWarnings, resourcesOf } from "./host-config.ts";
import { extraHostsOf, gatewayWarnings, networkOf } from "./network.ts";
import { type PullPolicy, pullPolicyOf } from "./pull-policy.ts";
import { checkVolumes } from "./volumes.ts";

/** Everything that starting one run sends. */
export interface CreateRequest {
  readonly name: string;
  readonly platform: string | undefined;
  readonly image: ImageReference;
  readonly pullPolicy: PullPolicy;
  /** What this engine cannot honour. */
  readonly warnings: readonly string[];
  /** The body of `POST /containers/create`. */
  readonly body: CreateBody;
}

export interface CreateBody {
  readonly Image: string;
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/**
 * The create request of a run: a function of the run and the engine's traits, for `preview` and `submit` alike. Throws
 * `Invalid` with every problem found, or `ImageInvalid`.
 */
export function buildCreateRequest(
  run: Run<DockerContainerSpec>,
  engine: EngineTraits,
): CreateRequest {
  const { spec, key } = run;
  const problems: Problem[] = [];
  const image = parseImageReference(spec.image);
  refuseLinkLocal(image);
  const network = networkOf(run, engine, problems);
  const labels = labelsOf(spec, problems);
  const warnings = [
    ...network.warnings,
    ...gatewayWarnings(spec, engine),
    ...gpuWarnings(spec, engine),
  ];
  const base: CreateBody = {
    Image: spec.image,
    Cmd: spec.command,
    ...(spec.entrypoint && { Entrypoint: spec.entrypoint }),
    Env: variablesOf(run, engine, network.mode),
    Labels: { ...labels, ...ourLabels(factsOf(run, warnings)) },
    ...(spec.user && { User: spec.user }),
    ...(spec.working_dir && { WorkingDir: spec.working_dir }),
    ...(spec.hostname && { Hostname: spec.hostname }),
    HostConfig: hostConfigOf(run, engine, network.mode, problems),
    ...network.config,
  };
  const body = applyCreateOptions(base, spec, problems);
  problems.push(...checkVolumes(spec.volumes, body, engine));
  if (problems.length > 0) throw invalid(problems);
  return {
    name: containerName(key),
    platform: spec.platform,
    image,
    pullPolicy: pullPolicyOf(spec, image),
    warnings,
    body,
  };
}

function hostConfigOf(
  { spec }: Run<DockerContainerSpec>,
  engine: EngineTraits,
  networkMode: string | undefined,
  problems: Problem[],
): Record<string, unknown> {
  const extraHosts = extraHostsOf(spec, engine);
  return {
    AutoRemove: false, // the engine would remove it before its result is read
    RestartPolicy: { Name: "no" }, // and would run it twice
    ...(engine.logDriver === "json-file" && { LogConfig: BOUNDED_LOG }),
    ...(networkMode && { NetworkMode: networkMode }),
    ...(spec.volumes.length > 0 && { Binds: spec.volumes }),
    ...(extraHosts.length > 0 && { ExtraHosts: extraHosts }),
    ...resourcesOf(spec, problems),
  };
}

/** The driver knows no limit of its own; two files, so that the end is still there just after it began the second. */
const BOUNDED_LOG = { Type: "json-file", Config: { "max-size": "16m", "max-file": "2" } };

function variablesOf(
  run: Run<DockerContainerSpec>,
  { kind }: EngineTraits,
  networkMode: string | undefined,
): string[] {
  const { baseEnvironment: own } = run;
  const url = own[API_URL];
  const moved = url && networkMode !== "host" ? { [API_URL]: fromContainer(url, kind) } : {};
  const env = environmentOf({ ...run, baseEnvironment: { ...own, ...moved } });
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

function labelsOf(spec: DockerContainerSpec, problems: Problem[]): Record<string, string> {
  const labels = Object.entries(spec.labels).map(([key, value]) => [dockerLabelKey(key), value]);
  for (const [index, [key = ""]] of labels.entries())
    if (key.startsWith(OUR_PREFIX))
      problems.push({
        path: joinPath("infrastructure.labels", [Object.keys(spec.labels)[index] ?? ""]),
        message: `labels that begin with ${OUR_PREFIX} (or slipway.dev/) are kept for Slipway itself`,
      });
  return Object.fromEntries(labels);
}

const LINK_LOCAL = /^(?:169\.254\.|\[?fe[89ab][0-9a-f]:|\[?fd00:ec2:)/i;

/** Where clouds keep credentials, and never a registry. */
function refuseLinkLocal(image: ImageReference): void {
  if (!LINK_LOCAL.test(image.domain)) return;
  const message = `${quote(image.text, [], "address")} names a link-local address as its registry`;
  throw new LaunchError("ImageInvalid", message);
}
