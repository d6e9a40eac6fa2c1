import { childrenOf, enumerate, sortVersions, versionsUnder } from './classifiers.ts';
import type { ProjectKind } from './kind.ts';
import { describeRequiresPython } from './requires.ts';

const PYTHON = 'Programming Language :: Python';
const ONLY = /^(\d+) :: Only$/;

/** The Pythons that a project names in its classifiers; where it names none, those it installs on. */
export const pythonVersions: ProjectKind = {
  id: 'python-versions',
  source: 'pypi',
  pypip: ['py_versions'],
  shields: ['pyversions', 'python'],
  label: 'python',
  describe(facts, { dialect }) {
    const named = dropBareMajors(versionsUnder(facts.classifiers, PYTHON));
    const versions = named.length > 0 ? named : onlyVersions(facts.classifiers);
    if (versions.length === 0) return describeRequiresPython(facts);
    return { message: enumerate(versions, dialect), color: 'blue' };
  },
};

/** `3` says nothing beside `3.9`. */
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
