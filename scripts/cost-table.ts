/**
 * The tables of docs/cost.md: `node scripts/cost-table.ts`. Prices and figures stand here with their source and date;
 * everything else is arithmetic.
 */

/** US dollars, eu-west-1, without free tiers: AWS's price pages as known in January 2026. Check them before you rely on them. */
const PRICE = {
  lambdaGigabyteSecondArm: 0.0000133334,
  lambdaInvocation: 0.2e-6,
  sqsRequest: 0.4e-6,
  logsGigabyte: 0.57,
  metricMonth: 0.3,
  alarmMonth: 0.1,
  /** The smallest always-on worker that one would trust with this: t4g.small, on demand. */
  workerHour: 0.0184,
} as const;

/** Per batch and run; how each was found is said in docs/cost.md. */
const FIGURES = {
  submitMemoryGigabytes: 0.5,
  watchMemoryGigabytes: 0.25,
  /** Billed time of a batch of ten, and of one message alone, in milliseconds. */
  batchMilliseconds: 250,
  singleMilliseconds: 100,
  /** One look at engines with little to say, in milliseconds. */
  lookMilliseconds: 800,
  logBytesPerRun: 900,
  /** Combinations of metric and dimensions that a usual month sees, and the alarms of the stack. */
  metrics: 20,
  alarms: 6,
  /** Receives per minute of an idle event source mapping: five pollers, twenty seconds each. */
  idleReceivesPerMinute: 15,
} as const;

const HOURS = 730;
const MINUTES = HOURS * 60;

interface Load {
  readonly perMonth: number;
  /** Requests that arrive together, at most ten. */
  readonly batch: number;
}

/** Cents per 1,000 runs that come on top of what is paid for nothing. */
function centsPerThousandRuns({ batch }: Pick<Load, "batch">): number {
  const { batchMilliseconds, singleMilliseconds } = FIGURES;
  const share = (batch - 1) / 9;
  const milliseconds = singleMilliseconds + share * (batchMilliseconds - singleMilliseconds);
  const perBatch =
    (milliseconds / 1_000) * FIGURES.submitMemoryGigabytes * PRICE.lambdaGigabyteSecondArm +
    PRICE.lambdaInvocation +
    sqsRequestsPerBatch(batch) * PRICE.sqsRequest;
  const logs = (FIGURES.logBytesPerRun / 1e9) * PRICE.logsGigabyte;
  return 100 * 1_000 * (perBatch / batch + logs);
}

/** Send, receive and delete of the request; two results, sent, received and deleted: batched where messages come together. */
const sqsRequestsPerBatch = (batch: number) => batch + 2 + 1 + Math.ceil(batch / 10) + 2 * 2;

/** What a month costs in which nothing happens. `watchSeconds` of each minute are spent following. */
function idleDollarsPerMonth(watchSeconds: number, withMetrics: boolean): number {
  const seconds = watchSeconds || FIGURES.lookMilliseconds / 1_000;
  const looks = watchSeconds ? Math.ceil(watchSeconds / 15) : 1;
  const watch =
    MINUTES *
    (seconds * FIGURES.watchMemoryGigabytes * PRICE.lambdaGigabyteSecondArm +
      PRICE.lambdaInvocation +
      looks * PRICE.sqsRequest);
  const polling = MINUTES * FIGURES.idleReceivesPerMinute * PRICE.sqsRequest;
  const observing =
    FIGURES.alarms * PRICE.alarmMonth + (withMetrics ? FIGURES.metrics * PRICE.metricMonth : 0);
  return watch + polling + observing;
}

const money = (dollars: number) => `$${dollars.toFixed(2)}`;

function idleTable(): string {
  const rows = [
    ["results as they come (`watchSeconds` 54), metrics", idleDollarsPerMonth(54, true)],
    ["results as they come, no metrics", idleDollarsPerMonth(54, false)],
    ["one look per minute (`watchSeconds` 0), no metrics", idleDollarsPerMonth(0, false)],
    ["an always-on worker (t4g.small), without its queues", HOURS * PRICE.workerHour],
  ] as const;
  return table(
    ["nothing runs", "per month"],
    rows.map(([what, dollars]) => [what, money(dollars)]),
  );
}

function runsTable(): string {
  const rows = [1, 10].map((batch) => [
    batch === 1 ? "requests that come one by one" : "requests that come ten at a time",
    `${centsPerThousandRuns({ batch }).toFixed(2)} ¢`,
  ]);
  return table(["on top, for each 1,000 runs", ""], rows);
}

function monthTable(): string {
  const rows = [1_000, 100_000, 1_000_000].map((runs) => {
    const running = (runs / 1_000) * (centsPerThousandRuns({ batch: 10 }) / 100);
    return [
      runs.toLocaleString("en"),
      money(idleDollarsPerMonth(54, true) + running),
      money(idleDollarsPerMonth(0, false) + running),
      money(HOURS * PRICE.workerHour),
    ];
  });
  const head = ["runs a month", "as it comes", "one look per minute, no metrics", "worker"];
  return table(head, rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

if (import.meta.main) console.log([idleTable(), runsTable(), monthTable()].join("\n\n"));
