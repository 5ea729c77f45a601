import type { ResultData } from "./result.ts";
import { cutText } from "./text.ts";

/**
 * The most characters of each text in a result. Together with 128 KiB of output they stay below SQS's 1 MiB even where
 * every character takes three bytes, as replaced ones do.
 */
const MAX = { id: 128, name: 1_000, identifier: 1_000, message: 4_000, hint: 1_000, body: 1_024 };
const MAX_LABELS = 16_384; // keys and values together
const MAX_WARNINGS = 20;
const MAX_WARNING = 1_000;
const MAX_TAIL = 131_072;
const MAX_PROBLEMS = 101; // a hundred, and the line that says how many more there are

/** The data of a result with everything unbounded cut to what a queue carries; what is left out is said in `warnings`. */
export function boundData(data: ResultData): ResultData {
  const { kept, leftOut } = boundLabels(data.labels);
  const said = data.warnings.slice(0, MAX_WARNINGS).map((text) => cutText(text, MAX_WARNING));
  return {
    ...data,
    id: cutText(data.id, MAX.id),
    name: data.name === null ? null : cutText(data.name, MAX.name),
    identifier: data.identifier === null ? null : cutText(data.identifier, MAX.identifier),
    cause: data.cause && {
      ...data.cause,
      message: cutText(data.cause.message, MAX.message),
      hint: cutText(data.cause.hint, MAX.hint),
    },
    logs: data.logs && boundLogs(data.logs),
    labels: kept,
    warnings: leftOut > 0 ? [...said, `${leftOut} labels are left out here for their size`] : said,
    problems: data.problems.slice(0, MAX_PROBLEMS).map(({ path, message }) => ({
      path: cutText(path, 300),
      message: cutText(message, 1_000),
    })),
    ...(data.body === undefined ? {} : { body: cutText(data.body, MAX.body) }),
  };
}

function boundLabels(labels: ResultData["labels"]) {
  const entries = Object.entries(labels);
  let room = MAX_LABELS;
  const kept = entries.filter(([key, value]) => {
    room -= key.length + value.length;
    return room >= 0;
  });
  return { kept: Object.fromEntries(kept), leftOut: entries.length - kept.length };
}

function boundLogs({ tail, truncated }: NonNullable<ResultData["logs"]>): ResultData["logs"] {
  if (tail.length <= MAX_TAIL) return { tail, truncated };
  return { tail: tail.slice(-MAX_TAIL).replace(/^[\uDC00-\uDFFF]/, ""), truncated: true };
}
