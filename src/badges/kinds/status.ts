import type { SimpleFacts } from '../../facts/schema.ts';
import type { Content, ProjectKind } from '../kind.ts';

/** PyPI's classifiers, from the lowest to the highest. */
const STATUSES: readonly (readonly [classifier: string, content: Content])[] = [
  ['Development Status :: 1 - Planning', { message: 'planning', color: 'red' }],
  ['Development Status :: 2 - Pre-Alpha', { message: 'pre-alpha', color: 'red' }],
  ['Development Status :: 3 - Alpha', { message: 'alpha', color: 'red' }],
  ['Development Status :: 4 - Beta', { message: 'beta', color: 'yellow' }],
  ['Development Status :: 5 - Production/Stable', { message: 'stable', color: 'brightgreen' }],
  ['Development Status :: 6 - Mature', { message: 'mature', color: 'brightgreen' }],
  ['Development Status :: 7 - Inactive', { message: 'inactive', color: 'red' }],
];

/** PyPI's own status of a project (PEP 792). An active one has its development status. */
const COLORS = {
  active: undefined,
  archived: 'orange',
  deprecated: 'orange',
  quarantined: 'red',
} as const satisfies Record<SimpleFacts['status'], string | undefined>;

export const status: ProjectKind = {
  id: 'status',
  facts: 'project',
  names: { pypip: ['status'], shields: ['status'] },
  label: 'status',
  about:
    '`archived`, `deprecated` or `quarantined`; else the development status: `planning` to `mature`, or `inactive`',
  example: 'sample-plain',
  simple: {
    isAsked: () => true,
    describe({ status: message }) {
      const color = COLORS[message];
      return color && { message, color };
    },
  },
  describe({ classifiers }, { grammar }) {
    const highest = STATUSES.findLast(([classifier]) => classifiers.includes(classifier));
    if (highest !== undefined) return highest[1];
    return { message: 'unknown', color: grammar === 'shields' ? 'lightgrey' : 'red' };
  },
};
