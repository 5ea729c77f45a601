import * as z from "zod";

/** What is read of the engine's answers; everything else in them is left alone. Times are ISO 8601 by its clock. */

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});

const time = z.string().refine((text) => Number.isFinite(Date.parse(text)), "expected a time");

export const VersionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().default("1.24"),
});

export const InfoAnswer = z.object({
  OSType: z.string().default("linux"),
  OperatingSystem: z.string().default(""),
  LoggingDriver: z.string().default("json-file"),
  SystemTime: z.string(),
});

export const CreatedAnswer = z.object({
  Id: z.string(),
  Warnings: z
    .array(z.string())
    .nullish()
    .transform((warnings) => warnings ?? []),
});

export const ContainerState = z.object({
  Status: z.string(),
  OOMKilled: z.boolean().default(false),
  ExitCode: z.number().int(),
  Error: z.string().default(""),
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
    Env: z
      .array(z.string())
      .nullish()
      .transform((env) => env ?? []),
    Tty: z.boolean().default(false),
  }),
});
export type Container = z.infer<typeof ContainerAnswer>;

export const ContainersAnswer = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    State: z.string(),
    Labels: texts,
  }),
);
export type ListedContainer = z.infer<typeof ContainersAnswer>[number];

export const VolumeAnswer = z.object({
  Name: z.string(),
  CreatedAt: time.default("1970-01-01T00:00:00Z"),
  Labels: texts,
});
export type Volume = z.infer<typeof VolumeAnswer>;

export const VolumesAnswer = z.object({
  Volumes: z
    .array(VolumeAnswer)
    .nullish()
    .transform((volumes) => volumes ?? []),
});

export const NetworkAnswer = z.object({ Created: z.string() });

export const MessageAnswer = z.object({ message: z.string() });

export const AuthAnswer = z.object({ IdentityToken: z.string().default("") });

export const EventAnswer = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: texts }),
});
