import type { ProjectKind } from '../kind.ts';

/** Whether a project ships type information (PEP 561), by its classifiers. */
export const types: ProjectKind = {
  id: 'types',
  facts: 'project',
  names: { pypip: ['types'], shields: ['types'] },
  label: 'types',
  about: '`typed`, `stubs` or `untyped`',
  example: 'sample-plain',
  describe({ classifiers }) {
    if (classifiers.includes('Typing :: Typed')) return { message: 'typed', color: 'brightgreen' };
    if (classifiers.includes('Typing :: Stubs Only')) {
      return { message: 'stubs', color: 'brightgreen' };
    }
    return { message: 'untyped', color: 'red' };
  },
};
