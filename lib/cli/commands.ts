import type { BoundCommand } from "./command.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { configCommand } from "./commands/config.ts";
import { deadLettersCommand } from "./commands/dead-letters.ts";
import { demoCommand } from "./commands/demo.ts";
import { devCommand } from "./commands/dev.ts";
import { logsCommand } from "./commands/logs.ts";
import { previewCommand } from "./commands/preview.ts";
import { releaseCommand } from "./commands/release.ts";
import { runCommand } from "./commands/run.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";
import { watchCommand } from "./commands/watch.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly BoundCommand[] = [
  runCommand,
  previewCommand,
  submitCommand,
  statusCommand,
  logsCommand,
  cancelCommand,
  devCommand,
  watchCommand,
  deadLettersCommand,
  configCommand,
  releaseCommand,
  demoCommand,
];
