import { expect } from 'vitest';
import type { Stack } from '../../../stack/start-stack.ts';
import { startLoad } from '../../support/load/load.ts';
import { tellOutcome } from '../../support/load/outcomes.ts';
import { forgetPeak, peakBytes, pidOf } from './processes/memory.ts';

/** Badges that everybody asks for. */
export const KNOWN = [
  '/version/requests/badge.svg',
  '/pypi/v/flask.svg?style=for-the-badge',
  '/license/django/badge.png',
  '/py_versions/numpy/badge.svg',
] as const;

const PROJECTS = ['requests', 'flask', 'django', 'numpy'] as const;
const NEW_EVERY = 4;
const RASTER_EVERY = 80;
const BEFORE_AND_AFTER = 100;

/** The nth request of a load: every fourth is for a picture that nobody has asked for before, so that it reaches a node. */
export function mixedPath(number: number): string {
  if (number % NEW_EVERY !== 0) return KNOWN[number % KNOWN.length] ?? '/';
  const project = PROJECTS[(number / NEW_EVERY) % PROJECTS.length];
  const extension = number % RASTER_EVERY === 0 ? 'png' : 'svg';
  return `/version/${project}/badge.${extension}?label=${number}`;
}

/**
 * Does it while others ask the edge for badges of which everything is known: they get nothing but pictures, no process
 * ends, and no node holds more memory than that.
 */
export async function expectUnnoticed(
  stack: Stack,
  what: string,
  maxNodeBytes: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const parts = [stack.edge, ...stack.nodes];
  const pids = parts.map(pidOf);
  await Promise.all(stack.nodes.map(forgetPeak));
  const load = startLoad(stack.edgeUrl, mixedPath, { clients: 8, maxRequests: Infinity });
  await load.answered(BEFORE_AND_AFTER);
  await work();
  await load.answered(BEFORE_AND_AFTER);
  const report = await load.stop();
  const peak = Math.max(...(await Promise.all(stack.nodes.map(peakBytes))));
  tellOutcome(what, { ...report, peakMB: Math.round(peak / 1e6) });
  expect(report.faults).toEqual([]);
  expect(parts.map(pidOf)).toEqual(pids);
  expect(peak).toBeLessThan(maxNodeBytes);
}
