import type { NumberForm } from './parameters.ts';

const LEGACY_UNITS = ['', 'k', 'M', 'B', 'T'];
const BYTE_UNITS = [' B', ' kB', ' MB', ' GB', ' TB'];
const METRIC_UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** Rounds `value` to an integer from 0 to 2^53 - 1; NaN is 0. */
export function toCount(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.round(value), 0), Number.MAX_SAFE_INTEGER);
}

/**
 * Formats `count` as pypip.in did: unchanged below 1000, otherwise with one decimal (without `.0`) and k, M, B or T:
 * `999`, `1k`, `12.3k`, `999.9k`, `1M`.
 */
export function formatLegacy(count: number): string {
  return abbreviate(count, LEGACY_UNITS, roundToTenth);
}

/**
 * Formats `count` as shields.io's `metric`: SI prefixes, and a decimal only after a single digit: `999`, `1k`, `1.1k`,
 * `12k`, `1M`, `1G`.
 */
export function formatMetric(count: number): string {
  return abbreviate(count, METRIC_UNITS, roundBelowTen);
}

/** Formats a number of bytes in SI units, with a decimal only after a single digit: `999 B`, `1.2 MB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  return abbreviate(bytes, BYTE_UNITS, roundBelowTen);
}

function roundBelowTen(scaled: number): number {
  return scaled < 10 ? roundToTenth(scaled) : Math.round(scaled);
}

const FULL = new Intl.NumberFormat('en-US');

const FORMATS: Readonly<Record<NumberForm, (count: number) => string>> = {
  full: (count) => FULL.format(toCount(count)),
  si: formatMetric,
  short: formatLegacy,
};

/** Formats `count` in a form: `12,345,678`, `12M` or `12.3M`. */
export function formatCount(count: number, form: NumberForm): string {
  return FORMATS[form](count);
}

/** Uses the first unit in which the *rounded* number is below 1000: 999,950 is `1M`, not `1000k`. */
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

/** Rounds like `toFixed`, as both services do: 1950 is `1.9k`, because 1.95 is slightly less in binary. */
function roundToTenth(scaled: number): number {
  return Number(scaled.toFixed(1));
}
