import type { BoundCommand } from "./command.ts";
import { demoCommand } from "./commands/demo.ts";
import { logsCommand } from "./commands/logs.ts";
import { previewCommand } from "./commands/preview.ts";
import { runCommand } from "./commands/run.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly BoundCommand[] = [
  runCommand,
  previewCommand,
  submitCommand,
  statusCommand,
  logsCommand,
  demoCommand,
];
