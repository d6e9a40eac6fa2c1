import { childrenOf, enumerate } from '../classifiers.ts';
import type { ProjectKind } from '../kind.ts';

export const implementation: ProjectKind = {
  id: 'implementation',
  facts: 'project',
  names: { pypip: ['implementation'], shields: ['implementation'] },
  label: 'implementation',
  about: 'the implementations of the classifiers: `cpython, pypy`',
  example: 'sample-pythons',
  describe(facts, { grammar }) {
    const named = childrenOf(facts.classifiers, 'Programming Language :: Python :: Implementation')
      .filter((name) => /^\S+$/.test(name))
      .map((name) => name.toLowerCase());
    const sorted = [...new Set(named)].toSorted();
    return { message: sorted.length > 0 ? enumerate(sorted, grammar) : 'cpython', color: 'blue' };
  },
};
