import { childrenOf, enumerate } from './classifiers.ts';
import type { ProjectKind } from './kind.ts';

export const implementation: ProjectKind = {
  id: 'implementation',
  source: 'pypi',
  pypip: ['implementation'],
  shields: ['implementation'],
  label: 'implementation',
  describe(facts, { dialect }) {
    const named = childrenOf(facts.classifiers, 'Programming Language :: Python :: Implementation')
      .filter((name) => /^\S+$/.test(name))
      .map((name) => name.toLowerCase());
    const sorted = [...new Set(named)].toSorted();
    return { message: sorted.length > 0 ? enumerate(sorted, dialect) : 'cpython', color: 'blue' };
  },
};
