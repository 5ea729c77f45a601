import { EXIT } from "./exit-codes.ts";

/** Something the person at the keyboard can mend: shown as one sentence, without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly exitCode: number;
  readonly hint: string;

  constructor(message: string, hint = "", exitCode: number = EXIT.usage) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
