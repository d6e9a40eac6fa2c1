const LEGACY_UNITS = ['', 'k', 'M', 'B', 'T'];
const METRIC_UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/**
 * Returns `value` as a count: whole, never below nothing, and not above 2^53 - 1, past which a double no longer counts.
 * NaN is 0.
 */
export function toCount(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.round(value), 0), Number.MAX_SAFE_INTEGER);
}

/**
 * Returns `count` as pypip.in wrote it: as it is below 1000, else with one decimal (`.0` left out) and k, M, B or T:
 * `999`, `1k`, `12.3k`, `999.9k`, `1M`.
 */
export function formatLegacy(count: number): string {
  return abbreviate(count, LEGACY_UNITS, roundToTenth);
}

/**
 * Returns `count` as shields.io's `metric` writes it: SI prefixes, and a decimal only where one digit stands before it:
 * `999`, `1k`, `1.1k`, `12k`, `1M`, `1G`.
 */
export function formatMetric(count: number): string {
  return abbreviate(count, METRIC_UNITS, (scaled) =>
    scaled < 10 ? roundToTenth(scaled) : Math.round(scaled),
  );
}

/** Climbs to the first unit in which the *rounded* number is below 1000; 999 950 is `1M`, never `1000k`. */
function abbreviate(
  value: number,
  units: readonly string[],
  round: (scaled: number) => number,
): string {
  const count = toCount(value);
  let power = 0;
  while (power < units.length - 1 && round(count / 1000 ** power) >= 1000) power += 1;
  return `${round(count / 1000 ** power)}${units[power]}`;
}

/** As `toFixed` rounds, which both services' vectors rest on: 1950 is `1.9k`, for 1.95 is a little less in binary. */
function roundToTenth(scaled: number): number {
  return Number(scaled.toFixed(1));
}
