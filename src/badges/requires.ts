import type { ProjectFacts } from '../facts.ts';
import type { ProjectKind, Saying } from './kind.ts';

export const requires: ProjectKind = {
  id: 'requires',
  source: 'pypi',
  pypip: ['requires'],
  shields: ['requires'],
  label: 'python',
  describe: describeRequiresPython,
};

/** Returns what a release says of the Pythons it installs on (`Requires-Python`, PEP 345), as it is written there. */
export function describeRequiresPython(facts: ProjectFacts): Saying {
  const specifier = facts.requiresPython?.trim() ?? '';
  if (specifier === '') return { message: 'missing', color: 'red' };
  return { message: specifier, color: 'blue' };
}
