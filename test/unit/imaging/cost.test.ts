import { expect, test } from 'vitest';
import { drawingCost, LARGE_COST, lettersBelowLarge } from '../../../src/imaging/cost.ts';
import type { RasterFormat } from '../../../src/imaging/raster.ts';
import { type Scale, STYLES, type Style } from '../../../src/imaging/spec.ts';

const FORMATS: readonly RasterFormat[] = ['png', 'jpeg', 'gif', 'tiff', 'webp'];
const SCALES: readonly Scale[] = [1, 2, 3, 4];

function costOf(letters: number, format: RasterFormat, scale: Scale, style: Style = 'flat') {
  const [label, message] = [
    'W'.repeat(Math.floor(letters / 2)),
    'W'.repeat(Math.ceil(letters / 2)),
  ];
  return drawingCost({ label, message, color: 'blue', style }, format, scale);
}

test.each<[letters: number, format: RasterFormat, scale: Scale, cost: number]>([
  [0, 'png', 1, 1],
  [20, 'png', 1, 1],
  [40, 'gif', 4, 14],
  [256, 'png', 1, 5],
  [512, 'png', 4, 24],
  [512, 'gif', 4, 126],
])(
  '%i letters as %s at scale %i cost as much as %i typical badges',
  (letters, format, scale, cost) => {
    expect(Math.round(costOf(letters, format, scale))).toBe(cost);
  },
);

test('the limit of a format and scale is the most letters that are not large in any style', () => {
  for (const format of FORMATS)
    for (const scale of SCALES) {
      const most = (letters: number) =>
        Math.max(...STYLES.map((style) => costOf(letters, format, scale, style)));
      const limit = lettersBelowLarge(format, scale);
      expect(most(limit)).toBeLessThanOrEqual(LARGE_COST);
      expect(most(limit + 1)).toBeGreaterThan(LARGE_COST);
    }
});
