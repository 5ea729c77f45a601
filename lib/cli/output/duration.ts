const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A span of milliseconds as people say it: `80 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(1)} s`;
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / SECOND)} s`;
  if (milliseconds < HOUR) return pair(milliseconds, MINUTE, "min", SECOND, "s");
  return pair(milliseconds, HOUR, "h", MINUTE, "min");
}

function pair(
  span: number,
  big: number,
  bigName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((span % big) / small);
  return `${Math.floor(span / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}
