import type { BadgeSpec, Scale } from './spec.ts';

/**
 * What a raster picture takes to be drawn, in usual ones: 2 ms of a core, which is twenty letters at scale 1. As measured for
 * GIFs of wide letters: 12 for 256 letters at scale 1 (26 ms), 100 for the largest picture there is (200 ms).
 */
export function drawingCost({ label, message }: BadgeSpec, scale: Scale): number {
  return Math.max(1, ((label.length + message.length) * (3.5 + scale ** 2)) / 100);
}
