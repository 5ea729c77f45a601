import type { BoundCommand } from "./command.ts";
import { previewCommand } from "./commands/preview.ts";

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly BoundCommand[] = [previewCommand];
