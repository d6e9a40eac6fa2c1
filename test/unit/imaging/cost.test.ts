import { expect, test } from 'vitest';
import { drawingCost } from '../../../src/imaging/cost.ts';
import type { Scale } from '../../../src/imaging/spec.ts';

test.each<[letters: number, scale: Scale, cost: number]>([
  [0, 1, 1],
  [20, 1, 1],
  [20, 4, 4],
  [256, 1, 12],
  [256, 4, 50],
  [512, 4, 100],
])('%i letters at scale %i cost as much as %i usual pictures', (letters, scale, cost) => {
  const [label, message] = ['W'.repeat(letters / 2), 'W'.repeat(letters / 2)];
  const spec = { label, message, color: 'blue', style: 'flat' } as const;
  expect(Math.round(drawingCost(spec, scale))).toBe(cost);
});
