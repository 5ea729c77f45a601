import type Docker from "dockerode";
import * as z from "zod/mini";

/**
 * What is read of the engine's answers; everything else in them is left alone. Times are ISO 8601 by its clock. The types are
 * dockerode's. They say what an engine should answer; what it did is checked here, since verdicts are drawn from it: engines
 * leave fields out or null that the types promise, and what answers may be a proxy or no engine at all.
 */

const texts = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((labels) => labels ?? {}),
);

/** Lists of the engine that are null where they are empty. */
const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.nullish(z.array(item)),
    z.transform((items) => items ?? []),
  );

const time = z
  .string()
  .check(z.refine((text) => Number.isFinite(Date.parse(text)), "expected a time"));

export const VersionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z._default(z.string(), "1.24"),
  Components: listOf(z.object({ Name: z.string() })),
});

export const InfoAnswer = z.object({
  OSType: z._default(z.string(), "linux"),
  OperatingSystem: z._default(z.string(), ""),
  LoggingDriver: z._default(z.string(), "json-file"),
  SystemTime: z.string(),
});

export const CreatedAnswer = z.object({
  Id: z.string(),
  Warnings: listOf(z.string()),
});

/** Stands for the exit code of a container that ended with its machine, unseen. */
export const LOST_CODE = -1;

export type ContainerState = Pick<
  Docker.ContainerInspectInfo["State"],
  "Status" | "OOMKilled" | "ExitCode" | "Error" | "StartedAt" | "FinishedAt"
>;
const ContainerState: z.ZodMiniType<ContainerState> = z.object({
  Status: z.string(),
  OOMKilled: z._default(z.boolean(), false),
  ExitCode: z.int(),
  Error: z._default(z.string(), ""),
  StartedAt: time,
  FinishedAt: time,
});

export type Container = Pick<Docker.ContainerInspectInfo, "Id" | "Name" | "Created"> & {
  readonly State: ContainerState;
  readonly Config: Pick<Docker.ContainerInspectInfo["Config"], "Labels" | "Env" | "Tty"> & {
    /** Lists of texts, of some engines one text; only searched for secrets. */
    readonly Cmd?: unknown;
    readonly Entrypoint?: unknown;
  };
};
export const ContainerAnswer: z.ZodMiniType<Container> = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: time,
  State: ContainerState,
  Config: z.object({
    Labels: texts,
    Env: listOf(z.string()),
    Cmd: z.optional(z.unknown()),
    Entrypoint: z.optional(z.unknown()),
    Tty: z._default(z.boolean(), false),
  }),
});

export type ListedContainer = Pick<Docker.ContainerInfo, "Id" | "Names" | "State" | "Labels">;
export const ContainersAnswer: z.ZodMiniType<ListedContainer[]> = z.array(
  z.object({ Id: z.string(), Names: listOf(z.string()), State: z.string(), Labels: texts }),
);

/**
 * What is written once under a name, and read by anybody: a volume with Docker, a pod with Podman. dockerode's types do not
 * know when a volume was made.
 */
export type Register = Pick<Docker.VolumeInspectInfo, "Name" | "Labels"> & {
  readonly CreatedAt: string;
};
export const RegisterAnswer: z.ZodMiniType<Register> = z.object({
  Name: z.string(),
  CreatedAt: z._default(time, "1970-01-01T00:00:00Z"),
  Labels: texts,
});

export const VolumesAnswer = z.object({
  Volumes: listOf(RegisterAnswer),
});

export const PodAnswer = z.object({
  Name: z.string(),
  Created: time,
  Labels: texts,
});

export const NetworkAnswer = z.object({ Created: z.string() });

export const MessageAnswer = z.object({ message: z.string() });

export const AuthAnswer = z.object({ IdentityToken: z._default(z.string(), "") });

export const EventAnswer = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: texts }),
});
