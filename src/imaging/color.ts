import { fromString } from 'css-color-converter';

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
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['gray', 'grey'],
  ['lightgray', 'lightgrey'],
  ['critical', 'red'],
  ['important', 'orange'],
  ['success', 'brightgreen'],
  ['informational', 'blue'],
  ['inactive', 'lightgrey'],
]);

const HEX_DIGITS = /^(?:[\da-f]{3}){1,2}$/i;
const HUE_BEYOND_A_TURN = /^(hsla?\(\s*)(\d+)(?=deg|[\s,])/;

/** Longer texts are not parsed; `hsla(359deg, 100%, 100%, 0.123456)` has 35 characters. */
const MAX_LENGTH = 64;

/**
 * Returns a color for a `BadgeSpec`: a name of shields.io's palette, or lower-case `#hex` for hex digits and CSS colors
 * that shields.io recognizes. Returns undefined for unknown colors.
 */
export function normalizeColor(text: string): string | undefined {
  const color = text.slice(0, MAX_LENGTH + 1).trim();
  if (color === '' || color.length > MAX_LENGTH) return undefined;
  if (PALETTE.has(color)) return color;
  const alias = ALIASES.get(color);
  if (alias !== undefined) return alias;
  if (HEX_DIGITS.test(color)) return `#${color.toLowerCase()}`;
  // The converter looks names up in a plain object, and throws for `constructor`.
  if (color in Object.prototype) return undefined;
  const parsed = fromString(turnHue(color));
  if (parsed === null) return undefined;
  // Not converted: the converter rounds the alpha of `#rrggbbaa` to one digit.
  return color.startsWith('#') ? color.toLowerCase() : parsed.toHexString();
}

// In CSS a hue may exceed 360 degrees; the converter does not support that.
function turnHue(color: string): string {
  return color.replace(
    HUE_BEYOND_A_TURN,
    (_match, head: string, degrees: string) => `${head}${Number(degrees) % 360}`,
  );
}
