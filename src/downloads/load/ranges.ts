/** Names from `from` up to, but without, `to`; without `to`, up to the last. In the order of bytes, as ClickHouse sorts. */
export interface NameRange {
  readonly from: string;
  readonly to?: string | undefined;
}

/** More would be a server that refuses everything. */
export const MAX_RANGES = 512;
/** All characters of normalized names (PEP 503), in the order of bytes. */
const ALPHABET = '-0123456789abcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length + 1);
const DIGITS = 12;

/** Quantiles of the names of the 15,000 most downloaded packages. */
const STARTS =
  'apac azur case coun devt dott feas gmss iab kerc luig mpir neo open plum pyda pypi pyth rlpy skle stsc tree vali';

/** The ranges of the first load: 24, of about 500 million rows each of the public table. */
export function startRanges(): NameRange[] {
  return rangesBetween(STARTS.split(' '));
}

/** Returns the ranges with these names as inner bounds, in order. */
export function rangesBetween(bounds: readonly string[]): NameRange[] {
  return ['', ...bounds].map((from, i) => ({ from, to: bounds[i] }));
}

/** Returns the two halves of a range, by the alphabet; undefined if no name lies between its bounds. */
export function halve({ from, to }: NameRange): [NameRange, NameRange] | undefined {
  const middle = nameOf(
    (valueOf(from) + (to === undefined ? BASE ** BigInt(DIGITS) : valueOf(to))) / 2n,
  );
  if (middle <= from || (to !== undefined && middle >= to)) return undefined;
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/** A name as a number of `DIGITS` digits; 0 stands for "no character". Other characters count as the next lower one. */
function valueOf(name: string): bigint {
  let value = 0n;
  for (let i = 0; i < DIGITS; i += 1) {
    const at = name[i];
    const digit = at === undefined ? 0 : Array.from(ALPHABET).filter((each) => each <= at).length;
    value = value * BASE + BigInt(digit);
  }
  return value;
}

/** Returns the name with these digits. What stands for "no character" before others becomes the lowest character, the last. */
function nameOf(value: bigint): string {
  const digits = Array.from({ length: DIGITS }, (_, i) =>
    Number((value / BASE ** BigInt(DIGITS - 1 - i)) % BASE),
  );
  const end = digits.indexOf(0);
  const isRest = end >= 0 && digits.slice(end).some((digit) => digit > 0);
  const used = end < 0 ? digits : digits.slice(0, end);
  return used.map((digit) => ALPHABET[digit - 1]).join('') + (isRest ? ALPHABET[0] : '');
}
