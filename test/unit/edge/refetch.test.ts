import { describe, expect, test } from 'vitest';
import type { Known, Refreshed } from '../../../cache/facts/contract.ts';
import {
  type ProjectFacts,
  projectFactsSchema,
  type SimpleFacts,
} from '../../../src/facts/schema.ts';
import { type ExpectedChange, refetch } from '../../../src/edge/refetch.ts';
import { NOW } from '../cache/facts/harness.ts';

const FACTS = projectFactsSchema.parse({
  version: '1.0',
  yanked: false,
  license: null,
  licenseExpression: 'MIT',
  classifiers: [],
  requiresPython: null,
  packageTypes: ['sdist'],
});

function page(version: string, serial?: number, packageTypes = ['sdist']): Known<ProjectFacts> {
  return { value: { ...FACTS, version, packageTypes }, serial, fetchedAtMs: NOW };
}

/** Facts that PyPI has said something new of. `simple`: what the Simple API says; undefined: no record of it is kept. */
function factsThatSay(refreshed: Refreshed<ProjectFacts>, simple?: Refreshed<SimpleFacts>) {
  const refreshedIds: string[] = [];
  const expired: string[] = [];
  const unknown = fetched<never>(undefined, undefined);
  const facts = {
    projects: {
      refresh: (id: string) => Promise.resolve((refreshedIds.push(id), refreshed)),
      expire: (id: string) => Promise.resolve(expired.push(id) > 0),
    },
    simple: {
      refresh: (id: string) =>
        Promise.resolve((refreshedIds.push(`simple/${id}`), simple ?? unknown)),
      expire: (id: string) => Promise.resolve(expired.push(`simple/${id}`) > 0 && Boolean(simple)),
    },
  };
  return { facts, refreshedIds, expired };
}

const change: ExpectedChange = { project: 'requests', releases: [] };
function fetched<T>(before: Known<T> | undefined, after: Known<T> | undefined): Refreshed<T> {
  return { before, after, isAbsent: false, isShared: true };
}

const gone = { before: page('1.0', 7), after: undefined, isAbsent: true, isShared: true };

describe('PyPI has confirmed', () => {
  test.each<
    [
      string,
      Partial<ExpectedChange>,
      Known<ProjectFacts> | undefined,
      Known<ProjectFacts> | undefined,
      boolean,
    ]
  >([
    ['a serial: its page has that serial', { serial: 8 }, page('1.0', 7), page('1.1', 8), true],
    ['a serial: its page has a later one', { serial: 8 }, page('1.0', 7), page('1.1', 9), true],
    ['a serial: its page predates it', { serial: 8 }, page('1.0', 7), page('1.0', 7), false],
    [
      'a serial: the version alone does not count',
      { serial: 8, release: '1.1' },
      page('1.1', 7),
      page('1.1', 7),
      false,
    ],
    [
      'a serial: PyPI does not answer, nothing is known',
      { serial: 8 },
      undefined,
      undefined,
      false,
    ],
    ['a release: its page shows it', { release: '1.1' }, page('1.0', 7), page('1.1', 8), true],
    ['a release: it was known already', { release: '1.1' }, page('1.1', 8), page('1.1', 8), true],
    ['a release: its page predates it', { release: '1.1' }, page('1.0', 7), page('1.0', 7), false],
    [
      'a release that is not the latest: the serial is newer',
      { release: '0.9.1' },
      page('1.0', 7),
      page('1.0', 8),
      true,
    ],
    [
      'a release that is not the latest: the serial is newer than the baseline',
      { release: '0.9.1', baseline: 6 },
      page('1.0', 7),
      page('1.0', 7),
      true,
    ],
    [
      'a release of an unknown project: any page is newer',
      { release: '0.9.1' },
      undefined,
      page('1.0', 8),
      true,
    ],
    [
      'a release: PyPI does not answer, nothing is known',
      { release: '1.1' },
      undefined,
      undefined,
      false,
    ],
    [
      'a release, by an index without serials: its page is unchanged',
      { release: '1.1' },
      page('1.0'),
      page('1.0'),
      false,
    ],
    [
      'a release, by an index without serials: its page has changed',
      { release: '0.9.1' },
      page('1.0'),
      page('1.0', undefined, ['bdist_wheel']),
      true,
    ],
  ])('%s', async (_, announced, before, after, isConfirmed) => {
    const { facts: told } = factsThatSay({ before, after, isAbsent: false, isShared: true });
    expect(await refetch(told, { ...change, ...announced })).toMatchObject({ isConfirmed });
  });

  test.each([
    { isRemoval: true, isConfirmed: true },
    { isRemoval: false, isConfirmed: false },
    { isRemoval: undefined, isConfirmed: false },
  ])('a project that is gone: only where its removal was announced ($isRemoval)', async (of) => {
    const { facts: told } = factsThatSay(gone);
    const announced = { ...change, release: '1.1', isRemoval: of.isRemoval };
    expect(await refetch(told, announced)).toMatchObject({
      isConfirmed: of.isConfirmed,
      isAbsent: true,
      isShared: true,
    });
  });
});

describe('the facts are new', () => {
  test.each<[string, Refreshed<ProjectFacts>, number | undefined, boolean]>([
    ['when the page has changed', fetched(page('1.0', 7), page('1.1', 8)), undefined, true],
    [
      'when files were added',
      fetched(page('1.0', 7), page('1.0', 8, ['sdist', 'bdist_wheel'])),
      undefined,
      true,
    ],
    [
      'when a reader’s request has refreshed them since the last attempt',
      fetched(page('1.0', 9), page('1.0', 9)),
      8,
      true,
    ],
    ['when it is gone', gone, undefined, true],
    ['not when the page is unchanged', fetched(page('1.0', 7), page('1.0', 7)), 7, false],
    [
      'not when only unused fields have changed',
      fetched(page('1.0', 7), page('1.0', 8)),
      undefined,
      false,
    ],
    ['not when PyPI does not answer', fetched(page('1.0', 7), page('1.0', 7)), undefined, false],
    ['not where nothing is known', fetched<never>(undefined, undefined), undefined, false],
  ])('%s', async (_, refreshed, baseline, hasNewFacts) => {
    const { facts: told } = factsThatSay(refreshed);
    expect(await refetch(told, { ...change, baseline })).toMatchObject({ hasNewFacts });
  });
});

test('fetches the project once, and marks the records of its releases stale', async () => {
  const { facts: told, refreshedIds, expired } = factsThatSay(gone);
  await refetch(told, { ...change, releases: ['1.0', '1.1'] });
  expect(refreshedIds).toEqual(['requests']);
  expect(expired).toEqual([
    'requests:1.0',
    'simple/requests:1.0',
    'requests:1.1',
    'simple/requests:1.1',
    'simple/requests',
  ]);
});

test('returns the serials before and after, for the next attempt', async () => {
  const moved = fetched(page('1.0', 7), page('1.1', 8));
  const first = await refetch(factsThatSay(moved).facts, change);
  expect(first).toMatchObject({ baseline: 7, serial: 8, facts: { version: '1.1' } });
  const again = await refetch(factsThatSay(moved).facts, { ...change, baseline: 3 });
  expect(again).toMatchObject({ baseline: 3 });
});

describe('a kept record of the Simple API', () => {
  const moved = fetched(page('1.0', 7), page('1.1', 8));
  const simple = (serial: number | undefined, fetchedAtMs: number): Known<SimpleFacts> => ({
    value: { status: 'active', latestPre: '1.0', release: '1.0', attested: 'none' },
    serial,
    fetchedAtMs,
  });
  const answered = (serial?: number): Refreshed<SimpleFacts> => ({
    before: simple(7, NOW - 1),
    after: simple(serial, NOW),
    isAbsent: false,
    isShared: true,
  });

  test.each<[string, Refreshed<SimpleFacts>, boolean]>([
    ['shows the change, too', answered(8), true],
    ['has no serial', answered(undefined), true],
    ['predates the change', answered(7), false],
    ['could not be fetched', { ...answered(), after: simple(7, NOW - 1) }, true],
    ['is gone', { ...answered(), after: undefined, isAbsent: true }, true],
  ])('%s', async (_, refreshed, isConfirmed) => {
    const { facts: told, refreshedIds } = factsThatSay(moved, refreshed);
    expect(await refetch(told, change)).toMatchObject({ isConfirmed, hasNewFacts: true });
    expect(refreshedIds).toEqual(['requests', 'simple/requests']);
  });

  test('predates a quarantine, of which only the journal has the serial', async () => {
    const announced = { ...change, serial: 9, isRemoval: true };
    const told = factsThatSay(gone, answered(8)).facts;
    expect(await refetch(told, announced)).toMatchObject({ isConfirmed: false });
    const later = factsThatSay(gone, answered(9)).facts;
    expect(await refetch(later, announced)).toMatchObject({ isConfirmed: true });
  });

  test('is not fetched before the page shows the change', async () => {
    const same = fetched(page('1.0', 7), page('1.0', 7));
    const { facts: told, refreshedIds } = factsThatSay(same, answered(8));
    await refetch(told, change);
    expect(refreshedIds).toEqual(['requests']);
  });
});
