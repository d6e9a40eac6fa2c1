import type { ProjectFacts } from '../../facts/schema.ts';
import type { ProjectKind } from '../kind.ts';

export const wheel: ProjectKind = {
  id: 'wheel',
  facts: 'project',
  names: { pypip: ['wheel'], shields: ['wheel'] },
  label: 'wheel',
  about: 'whether it has a wheel: `yes` or `no`',
  example: 'sample-plain',
  describe: (facts) =>
    hasWheel(facts) ? { message: 'yes', color: 'brightgreen' } : { message: 'no', color: 'red' },
};

/** Eggs are obsolete, so `yes` is red. */
export const egg: ProjectKind = {
  id: 'egg',
  facts: 'project',
  names: { pypip: ['egg'], shields: ['egg'] },
  label: 'egg',
  about: 'whether it has an egg: `yes` or `no`',
  example: 'sample-egg',
  describe: (facts) =>
    hasEgg(facts) ? { message: 'yes', color: 'red' } : { message: 'no', color: 'brightgreen' },
};

/** The best format of a release; `source` also without any files. */
export const format: ProjectKind = {
  id: 'format',
  facts: 'project',
  names: { pypip: ['format'], shields: ['format'] },
  label: 'format',
  about: 'its best format: `wheel`, `egg` or `source`',
  example: 'sample-plain',
  describe(facts) {
    if (hasWheel(facts)) return { message: 'wheel', color: 'brightgreen' };
    if (hasEgg(facts)) return { message: 'egg', color: 'red' };
    return { message: 'source', color: 'yellow' };
  },
};

function hasWheel({ packageTypes }: ProjectFacts): boolean {
  return packageTypes.includes('bdist_wheel') || packageTypes.includes('wheel');
}

function hasEgg({ packageTypes }: ProjectFacts): boolean {
  return packageTypes.includes('bdist_egg') || packageTypes.includes('egg');
}
