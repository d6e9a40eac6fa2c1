import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalize } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import {
  findRelease,
  latestRelease,
  nextVersion,
  releasesOf,
} from '../../../sample/projects/releases.ts';

test('every sample project has a name of its own and an edge case to show', () => {
  const names = sampleProjects.map(({ name }) => normalize(name));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(sampleProjects.filter(({ shows }) => shows === '')).toEqual([]);
});

test.each([
  ['a dot', /\./],
  ['an underscore', /_/],
  ['a capital', /[A-Z]/],
  ['one letter', /^.$/],
  ['a digit first', /^\d/],
  ['80 letters', /^.{80}/],
  ['.svg at the end', /\.svg$/],
])('a name with %s is among them', (_, pattern) => {
  expect(sampleProjects.some(({ name }) => pattern.test(name))).toBe(true);
});

const yanked = (version: string) => ({ version, yanked: 'broken' });

describe('the latest release', () => {
  test.each([
    [['1.0', '1.1'], '1.1'],
    [['1.0', '2.0a1', '2.0.dev1'], '1.0'],
    [['1.0a1', '1.0b1'], '1.0b1'],
    [['1.0', yanked('1.1')], '1.0'],
    [['1.0a1', yanked('1.0')], '1.0a1'],
    [[yanked('1.0'), yanked('1.1')], '1.1'],
    [[yanked('1.0'), yanked('2.0rc1')], '1.0'],
    [['1.0a1', 'nonsense'], '1.0a1'],
    [['nonsense', 'older-nonsense'], 'older-nonsense'],
  ])('of %j is %s', (releases, expected) => {
    const project = { name: 'a', shows: '', releases };
    expect(latestRelease(releasesOf(project)).version).toBe(expected);
  });
});

test.each([
  ['1.0.0', '1.0.0', '1.0.0'],
  ['1.0', '1.0.0', '1.0.0'],
  ['1.0.0RC1', '1.0rc1', '1.0rc1'],
  ['2.0', '1.0', undefined],
  ['nonsense', 'nonsense', 'nonsense'],
  ['Nonsense', 'nonsense', undefined],
])('%s asked of %s finds %s', (asked, published, found) => {
  expect(findRelease([{ version: published }], asked)?.version).toBe(found);
});

test.each([
  ['1.2.3', '1.2.4'],
  ['1.9', '1.10'],
  ['2.0rc1', '2.0rc2'],
  ['1!0.5', '1!0.6'],
  ['0', '1'],
  ['nonsense', 'nonsense.1'],
])('after %s comes %s', (version, next) => {
  expect(nextVersion(version)).toBe(next);
});

test('the next version is always another', () => {
  const version = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,30}(\.\d{1,30}){0,3}$/));
  fc.assert(
    fc.property(version, (before) => {
      expect(nextVersion(before)).not.toBe(before);
    }),
  );
});
