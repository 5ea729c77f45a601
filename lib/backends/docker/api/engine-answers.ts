import * as z from "zod/mini";

/** What is read of the engine's answers; everything else in them is left alone. Times are ISO 8601 by its clock. */

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

export const ContainerState = z.object({
  Status: z.string(),
  OOMKilled: z._default(z.boolean(), false),
  ExitCode: z.int(),
  Error: z._default(z.string(), ""),
  StartedAt: time,
  FinishedAt: time,
});
export type ContainerState = z.infer<typeof ContainerState>;

export const ContainerAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: time,
  State: ContainerState,
  Config: z.object({
    Labels: texts,
    Env: listOf(z.string()),
    Tty: z._default(z.boolean(), false),
  }),
});
export type Container = z.infer<typeof ContainerAnswer>;

export const ContainersAnswer = z.array(
  z.object({
    Id: z.string(),
    Names: z.nullish(z.array(z.string())),
    State: z.string(),
    Labels: texts,
  }),
);
export type ListedContainer = z.infer<typeof ContainersAnswer>[number];

export const VolumeAnswer = z.object({
  Name: z.string(),
  CreatedAt: z._default(time, "1970-01-01T00:00:00Z"),
  Labels: texts,
});
export type Volume = z.infer<typeof VolumeAnswer>;

export const VolumesAnswer = z.object({
  Volumes: listOf(VolumeAnswer),
});

export const NetworkAnswer = z.object({ Created: z.string() });

export const MessageAnswer = z.object({ message: z.string() });

export const AuthAnswer = z.object({ IdentityToken: z._default(z.string(), "") });

export const EventAnswer = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: texts }),
});
