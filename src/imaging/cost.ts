import type { BadgeSpec, Format, Scale, Style } from './spec.ts';

// Fitted to pictures of wide letters by `node bench/main.ts cost-model`, which also checks the result.
const START_COST = 0.6;
/** Cost of 100 letters. Social has a font of its own, whose cost grows faster than the number of letters. */
const LETTERS_COST: Readonly<Record<Style, number>> = {
  flat: 1.5,
  'flat-square': 0.3,
  plastic: 1.7,
  'for-the-badge': 0.4,
  social: 4.5,
};
/** Cost of the pixels of 100 letters at scale 1. */
const PIXELS_COST: Readonly<Record<Exclude<Format, 'svg'>, number>> = {
  png: 0.15,
  jpeg: 0.3,
  gif: 1.4,
  tiff: 0.2,
  webp: 0.35,
};

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

/** Returns the number of letters from which a picture is large in the dearest style. */
export function lettersOfLarge(format: Exclude<Format, 'svg'>, scale: Scale): number {
  const style = 'social';
  const costOfLetter = costOf(1, { style, format, scale }) - START_COST;
  return Math.floor((LARGE_COST - START_COST) / costOfLetter) + 1;
}

function costOf(
  letters: number,
  { style, format, scale }: { style: Style; format: Exclude<Format, 'svg'>; scale: Scale },
): number {
  const perHundred = LETTERS_COST[style] + PIXELS_COST[format] * scale ** 2;
  return START_COST + (letters / 100) * perHundred;
}
