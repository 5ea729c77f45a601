import { type Result, type ResultData, resultOf } from "../../lib/runs/result.ts";
import { anId } from "./builders.ts";

/** A result as a process that ended well has it. */
export function aResult(data: Partial<ResultData> = {}): Result {
  return resultOf({
    source: "/process/test",
    uid: "uid",
    time: "2026-01-02T03:04:05.000Z",
    data: { id: anId(), type: "process", state: "completed", status_code: 0, ...data },
  });
}
