import { MAX_BLURRED_SIDE } from './raster.ts';
import { type BadgeSpec, type Format, type Scale, type Style, STYLES } from './spec.ts';

// Fitted to pictures of wide letters by `node bench/main.ts cost-model`, which also checks the result.
const START_COST = 0.6;
interface StyleCost {
  /** Of 100 letters. */
  readonly letters: number;
  /** Of their pixels at scale 1, beside those of the format. */
  readonly pixels: number;
  /** Of the pixels of their shadow at scale 1. */
  readonly shadow: number;
}
const STYLE_COSTS: Readonly<Record<Style, StyleCost>> = {
  flat: { letters: 1.2, pixels: 0, shadow: 0.6 },
  'flat-square': { letters: 0.3, pixels: 0, shadow: 0 },
  plastic: { letters: 1.2, pixels: 0, shadow: 0.6 },
  'for-the-badge': { letters: 0.5, pixels: 0, shadow: 0 },
  // A font of its own, with more points to a letter.
  social: { letters: 4.5, pixels: 0.5, shadow: 0 },
};
/** Cost of the pixels of 100 letters at scale 1. */
const PIXELS_COST: Readonly<Record<Exclude<Format, 'svg'>, number>> = {
  png: 0.15,
  jpeg: 0.3,
  gif: 1.4,
  tiff: 0.2,
  webp: 0.35,
};

const WIDE_LETTER_WIDTH = 11;
/** Letters that have a shadow at scale 1, if all are wide. */
export const SHADOWED_LETTERS = MAX_BLURRED_SIDE / WIDE_LETTER_WIDTH;

/** Pictures above this cost take 16 to 200 ms. */
export const LARGE_COST = 8;

/** Returns the cost of drawing a picture; 1 is a typical badge (twenty letters as PNG at scale 1, 2 ms of CPU). */
export function drawingCost(
  { label, message, style, logo }: BadgeSpec,
  format: Exclude<Format, 'svg'>,
  scale: Scale,
): number {
  const textCost = costOf(label.length + message.length, { style, format, scale });
  return Math.max(1, textCost) + (logo?.cost ?? 0);
}

/** Returns the number of letters up to which a picture is not large in any style. */
export function lettersBelowLarge(format: Exclude<Format, 'svg'>, scale: Scale): number {
  let letters = 0;
  const isLarge = (style: Style) => costOf(letters + 1, { style, format, scale }) > LARGE_COST;
  while (!STYLES.some(isLarge)) letters += 1;
  return letters;
}

function costOf(
  letters: number,
  { style, format, scale }: { style: Style; format: Exclude<Format, 'svg'>; scale: Scale },
): number {
  const cost = STYLE_COSTS[style];
  const perHundred = cost.letters + (cost.pixels + PIXELS_COST[format]) * scale ** 2;
  const shadowed = Math.min(letters, SHADOWED_LETTERS / scale) * scale ** 2;
  return START_COST + (letters * perHundred + shadowed * cost.shadow) / 100;
}
