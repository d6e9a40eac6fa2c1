import type { ProjectFacts } from '../../facts/schema.ts';
import {
  childrenOf,
  collapseRanges,
  enumerate,
  sortVersions,
  versionsUnder,
} from '../classifiers.ts';
import type { Content, ProjectKind } from '../kind.ts';

const PYTHON = 'Programming Language :: Python';
/** `>=3.9,<4` says more than `3`; a longer list of exclusions does not. */
const MAX_SHOWN_CLAUSES = 2;
const ONLY = /^(\d+) :: Only$/;

/** The Python versions of the classifiers, or `Requires-Python` without any. */
export const pythonVersions: ProjectKind = {
  id: 'python-versions',
  facts: 'project',
  names: { pypip: ['py_versions'], shields: ['pyversions', 'python', 'py_versions'] },
  label: 'python',
  title: 'Python versions',
  about: 'the Python versions of the classifiers: `3.9, 3.10, 3.11`',
  example: 'sample-pythons',
  parameters: ['range'],
  describe(facts, { grammar, range = false }) {
    const versions = namedVersions(facts);
    if (versions.length === 0) return describeRequiresPython(facts);
    const shown = range ? collapseRanges(versions) : versions;
    return { message: enumerate(shown, grammar), color: 'blue' };
  },
};

/**
 * The versions that the classifiers name. Without any minor: none if `Requires-Python` is short, else the majors, else
 * those of the `:: Only` form.
 */
function namedVersions({ classifiers, requiresPython }: ProjectFacts): string[] {
  const versions = dropBareMajors(versionsUnder(classifiers, PYTHON));
  if (versions.some((one) => one.includes('.'))) return versions;
  const clauses = (requiresPython ?? '').split(',').filter((clause) => clause.trim() !== '');
  if (clauses.length > 0 && clauses.length <= MAX_SHOWN_CLAUSES) return [];
  return versions.length > 0 ? versions : onlyVersions(classifiers);
}

/** The Python versions on which a release installs. */
export const requires: ProjectKind = {
  id: 'requires',
  facts: 'project',
  names: { pypip: ['requires'], shields: ['requires'] },
  label: 'python',
  title: 'required Python',
  about: 'the Python versions that it installs on: `>=3.9`',
  example: 'sample-plain',
  describe: describeRequiresPython,
};

/** Describes `Requires-Python` (PEP 345). */
function describeRequiresPython(facts: ProjectFacts): Content {
  const specifier = facts.requiresPython?.trim() ?? '';
  if (specifier === '') return { message: 'missing', color: 'red' };
  return { message: specifier, color: 'blue' };
}

/** Drops `3` if there is `3.9`. */
function dropBareMajors(versions: readonly string[]): string[] {
  const majorsWithMinors = new Set(
    versions.filter((one) => one.includes('.')).map((one) => one.slice(0, one.indexOf('.'))),
  );
  return versions.filter((one) => !majorsWithMinors.has(one));
}

function onlyVersions(classifiers: readonly string[]): string[] {
  return sortVersions(
    childrenOf(classifiers, PYTHON).flatMap((child) => ONLY.exec(child)?.[1] ?? []),
  );
}
