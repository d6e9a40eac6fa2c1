import type { SimpleKind } from '../kind.ts';

/** The attestations of a release's files (PEP 740). */
export const provenance: SimpleKind = {
  id: 'provenance',
  facts: 'simple',
  names: { pypip: ['provenance'], shields: ['provenance'] },
  label: 'provenance',
  about: 'whether its files have attestations: `attested` (all), `partly` or `none`',
  example: 'sample-attested',
  describe({ release, attested }) {
    if (release === null) return undefined;
    if (attested === 'all') return { release, message: 'attested', color: 'brightgreen' };
    if (attested === 'some') return { release, message: 'partly', color: 'yellow' };
    return { release, message: 'none', color: 'lightgrey' };
  },
};
