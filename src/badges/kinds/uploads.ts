import type { Content, ProjectKind } from '../kind.ts';
import { formatBytes } from '../numbers.ts';

const UNKNOWN: Content = { message: 'unknown', color: 'lightgrey' };

/** The day of the release's first file. */
export const released: ProjectKind = {
  id: 'released',
  facts: 'project',
  names: { pypip: ['released'], shields: ['released'] },
  label: 'released',
  about: 'the day of its first file (UTC): `2026-11-29`',
  example: 'sample-plain',
  describe: ({ releasedOn }) =>
    releasedOn === null ? UNKNOWN : { message: releasedOn, color: 'blue' },
};

/** The size of the release's wheels; without wheels, of its sdist or its largest file. */
export const size: ProjectKind = {
  id: 'size',
  facts: 'project',
  names: { pypip: ['size'], shields: ['size'] },
  label: 'size',
  about:
    'the size of its wheel (`1.2 MB`), from the smallest to the largest; without wheels, of its sdist',
  example: 'sample-plain',
  describe({ smallestBytes, largestBytes }) {
    if (smallestBytes === null || largestBytes === null) return UNKNOWN;
    const sizes = new Set([formatBytes(smallestBytes), formatBytes(largestBytes)]);
    return { message: [...sizes].join(' – '), color: 'blue' };
  },
};
