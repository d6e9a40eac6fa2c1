// One file, where the package's modules are two hundred.
import culori from 'culori/require';

/** The palette that badge-maker draws but does not export; the names are those of shields.io. */
export const PALETTE: ReadonlyMap<string, string> = new Map([
  ['brightgreen', '#4b0'],
  ['green', '#67ac09'],
  ['yellow', '#d8b800'],
  ['yellowgreen', '#95991a'],
  ['orange', '#ea7233'],
  ['red', '#dd4343'],
  ['blue', '#007ec6'],
  ['grey', '#555'],
  ['lightgrey', '#939393'],
]);
/** Other names of the palette's colors, at shields.io. */
export const COLOR_ALIASES: ReadonlyMap<string, string> = new Map([
  ['gray', 'grey'],
  ['lightgray', 'lightgrey'],
  ['critical', 'red'],
  ['important', 'orange'],
  ['success', 'brightgreen'],
  ['informational', 'blue'],
  ['inactive', 'lightgrey'],
]);

const HEX_DIGITS = /^(?:[\da-f]{3}){1,2}$/;
const HASHED = /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/;
/** The functions of CSS that shields.io recognizes, as css-color-converter 2 has them. */
const FUNCTIONS: readonly RegExp[] = [
  /^rgba?\(\s*\d+\s*,\s*\d+\s*,\s*\d+(?:\s*,\s*(?:0|1|0?\.\d+|\d+%))?\s*\)$/,
  /^rgba?\(\s*\d+%\s*,\s*\d+%\s*,\s*\d+%(?:\s*,\s*(?:0|1|0?\.\d+|\d+%))?\s*\)$/,
  /^rgba?\(\s*\d+\s+\d+\s+\d+(?:\s*\/\s*(?:0|1|0?\.\d+|\d+%))?\s*\)$/,
  /^rgba?\(\s*\d+%\s+\d+%\s+\d+%(?:\s*\/\s*(?:0|1|0?\.\d+|\d+%))?\s*\)$/,
  /^hsla?\(\s*\d+(?:deg|rad|grad|turn)?\s*,\s*\d+%\s*,\s*\d+%(?:\s*,\s*(?:0|1|0?\.\d+|\d+%))?\s*\)$/,
];

/** Longer texts are not parsed; `hsla(359deg, 100%, 100%, 0.123456)` has 35 characters. */
const MAX_LENGTH = 64;

/**
 * Returns a color for a `BadgeSpec`: a name of shields.io's palette, or lower-case `#hex` for hex digits and CSS colors
 * that shields.io recognizes, rounded and clamped as in CSS Color 4. Returns undefined for unknown colors. Case does not
 * count.
 */
export function normalizeColor(text: string): string | undefined {
  const cut = text.slice(0, MAX_LENGTH + 1).trim();
  if (cut.length > MAX_LENGTH) return undefined;
  const color = cut.toLowerCase();
  if (PALETTE.has(color)) return color;
  const alias = COLOR_ALIASES.get(color);
  if (alias !== undefined) return alias;
  if (HEX_DIGITS.test(color)) return `#${color}`;
  if (HASHED.test(color)) return color;
  return isCssColor(color) ? cssToHex(color) : undefined;
}

/** All names that `normalizeColor` knows. */
export const COLOR_NAMES: readonly string[] = [
  ...new Set([...PALETTE.keys(), ...COLOR_ALIASES.keys(), ...Object.keys(culori.colorsNamed)]),
];

function isCssColor(color: string): boolean {
  return Object.hasOwn(culori.colorsNamed, color) || FUNCTIONS.some((form) => form.test(color));
}

function cssToHex(color: string): string | undefined {
  const parsed = culori.parse(color);
  if (parsed === undefined) return undefined;
  return (parsed.alpha ?? 1) < 1 ? culori.formatHex8(parsed) : culori.formatHex(parsed);
}

/** Returns the `#hex` of a color that `normalizeColor` has returned. */
export function toHex(color: string): string {
  return PALETTE.get(color) ?? color;
}
