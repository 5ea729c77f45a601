import { createHash } from "node:crypto";

/** What SQS takes as a message group: printable ASCII without spaces. */
const VALID_GROUP = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;

/** The group of everything about one run: its id, or a hash of it where SQS would not take that. */
export function fifoGroupOf(runId: string): string {
  return VALID_GROUP.test(runId) ? runId : createHash("sha256").update(runId).digest("hex");
}
