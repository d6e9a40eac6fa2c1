import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FROM_THE_START, poll, type Row } from './journal.ts';

/** One row a second, with the serials from 1 on. */
function rowsOf(
  ...rows: (readonly [name: string, version: string | null, action: string])[]
): Row[] {
  return rows.map(([name, version, action], i) => [name, version, i + 1, action, i + 1]);
}

test('the first poll reports nothing, and starts from the last serial', async () => {
  const rows = rowsOf(['a', '1', 'new release'], ['a', '1', 'add source file a-1.tar.gz']);
  expect(await poll(rows)).toEqual({
    changes: [],
    hasGap: false,
    position: '{"serial":2}',
    serial: 2,
  });
});

test.each([
  ['no JSON', 'garbage'],
  ['of the other feed', '{"seen":["a 1"],"newestMs":1}'],
  ['of another kind', '{"serial":"1"}'],
  ['below zero', '{"serial":-1}'],
  ['empty', ''],
])('a position that is %s counts as lost', async (_, position) => {
  const news = await poll(rowsOf(['a', '1', 'new release']), position);
  expect(news).toEqual({ changes: [], hasGap: true, position: '{"serial":1}', serial: 1 });
});

describe('actions', () => {
  test.each<[action: string, version: string | null, isTold: boolean, isRemoval: boolean]>([
    ['create', null, true, false],
    ['new release', '1.10', true, false],
    ['add py3 file a-1.10-py3-none-any.whl', '1.10', true, false],
    ['add source file a-1.10.tar.gz', '1.10', true, false],
    ['remove file a-1.10.tar.gz', '1.10', true, false],
    ['yank release', '1.10', true, false],
    ['unyank release', '1.10', true, false],
    ['remove release', '1.10', true, false],
    ['release quarantined', '1.10', true, false],
    ['release quarantine cleared', '1.10', true, false],
    ['remove project', null, true, true],
    ['project quarantined', null, true, true],
    ['project quarantine cleared', null, true, false],
    ['update classifiers', '1.10', true, false],
    ['what nobody has thought of yet', null, true, false],
    ['add Owner somebody', null, false, false],
    ['add Maintainer some team', null, false, false],
    ['accepted Owner somebody', null, false, false],
    ['invite Owner somebody', null, false, false],
    ['revoke_invite Owner somebody', null, false, false],
    ['change Owner somebody to Maintainer', null, false, false],
    ['remove Maintainer somebody', null, false, false],
    ['docupdate', null, false, false],
  ])('%s', async (action, version, isTold, isRemoval) => {
    const news = await poll(
      [['Zope.Interface', version, 1_465_998_124, action, 7]],
      '{"serial":6}',
    );
    const release = version ?? undefined;
    const change = {
      project: 'zope-interface',
      release,
      serial: 7,
      atMs: 1_465_998_124_000,
      isRemoval,
    };
    expect(news).toEqual({
      changes: isTold ? [change] : [],
      hasGap: false,
      position: '{"serial":7}',
      serial: 7,
    });
  });
});

describe('rows', () => {
  test('of one release are one change, the last', async () => {
    const rows = rowsOf(
      ['A.b', null, 'create'],
      ['a-b', '1', 'new release'],
      ['c', '1', 'new release'],
      ['a-b', '2', 'new release'],
      ['a_B', '1', 'yank release'],
    );
    const { changes } = await poll(rows, FROM_THE_START);
    expect(
      changes.map(({ project, release, serial, atMs }) => [project, release, serial, atMs]),
    ).toEqual([
      ['a-b', undefined, 1, 1_000],
      ['c', '1', 3, 3_000],
      ['a-b', '2', 4, 4_000],
      ['a-b', '1', 5, 5_000],
    ]);
  });

  test.each([
    ['quarantined, and released', ['project quarantined', 'project quarantine cleared'], false],
    ['removed, and created anew', ['remove project', 'create'], false],
    ['removed, and its owner with it', ['remove project', 'remove Owner somebody'], true],
    ['created anew, and removed', ['create', 'remove project'], true],
  ])('a project that was %s', async (_, actions, isRemoval) => {
    const rows = rowsOf(...actions.map((action) => ['a', null, action] as const));
    expect((await poll(rows, FROM_THE_START)).changes).toMatchObject([{ project: 'a', isRemoval }]);
  });

  test.each<[string, Row, unknown[]]>([
    ['without a name', [null, null, 1, 'nothing', 1], []],
    ['of a name that nobody can have', ['-', '1', 1, 'new release', 1], []],
    ['without an action', ['a', '1', 1, null, 1], [{ project: 'a', release: '1' }]],
    [
      'with an invalid release are changes of the project',
      ['a', '1 beta', 1, 'new release', 1],
      [{ project: 'a', release: undefined }],
    ],
    ['with an entity', ['a', '1&1', 1, '& < > "', 1], [{ project: 'a', release: undefined }]],
    ['of numbers', ['007', '1.10', 1, '1', 1], [{ project: '007', release: '1.10' }]],
  ])('%s', async (_, row, changes) => {
    expect(await poll([row], FROM_THE_START)).toMatchObject({ changes, position: '{"serial":1}' });
  });
});

describe('the serial', () => {
  const rows = rowsOf(
    ...Array.from({ length: 12 }, (_, i) => ['a', `${i}`, 'new release'] as const),
  );

  test.each([
    ['nothing is new', 12, 12, false, 0],
    ['rows that come between two questions wait', 12, 14, false, 0],
    ['it has gone back', 13, 12, true, 0],
    ['everything is gone', 13, 0, true, 0],
  ])('%s', async (_, from, lastSerial, hasGap, count) => {
    const news = await poll(rows, `{"serial":${from}}`, { lastSerial });
    const serial = hasGap ? lastSerial : from;
    expect(news).toMatchObject({ hasGap, serial, position: `{"serial":${serial}}` });
    expect(news.changes).toHaveLength(count);
  });

  test.each([
    ['one answer', 13, 12, 12, false],
    ['a full one, and nothing after it', 12, 12, 12, false],
    ['several', 3, 12, 12, false],
    ['five', 2, 9, 9, false],
    ['more than five', 2, 12, 10, true],
  ])('of %s', async (_, rowsAnAnswer, lastSerial, count, hasGap) => {
    const some = rows.slice(0, lastSerial);
    const news = await poll(some, FROM_THE_START, { rowsAnAnswer, lastSerial });
    expect(news).toMatchObject({
      hasGap,
      serial: lastSerial,
      position: `{"serial":${lastSerial}}`,
    });
    expect(news.changes).toHaveLength(count);
  });

  test('every change is reported with its last serial, unless there is a gap', async () => {
    const row = fc.tuple(fc.constantFrom('a', 'B', 'b', 'c'), fc.constantFrom('1', '2', null));
    const rounds = fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rounds, async (polls) => {
        const journal: Row[] = [];
        let position = FROM_THE_START;
        const told = new Map<string, number | undefined>();
        const wanted = new Map<string, number | undefined>();
        for (const added of polls) {
          for (const [name, version] of added) {
            journal.push([name, version, 1, 'new release', journal.length + 1]);
            wanted.set(`${name.toLowerCase()} ${version}`, journal.length);
          }
          const news = await poll(journal, position, { rowsAnAnswer: 3 });
          expect(news.hasGap).toBe(added.length >= 15);
          expect(news.serial).toBe(journal.length);
          const serials = news.changes.map(({ serial = 0 }) => serial);
          expect(serials).toEqual(serials.toSorted((a, b) => a - b));
          for (const { project, release = null, serial } of news.changes)
            told.set(`${project} ${release}`, serial);
          if (news.hasGap) {
            told.clear();
            wanted.clear();
          }
          ({ position } = news);
        }
        expect(told).toEqual(wanted);
      }),
    );
  });
});
