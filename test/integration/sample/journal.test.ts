import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createJournal } from '../../../sample/pypi/journal.ts';
import { normalize, type SampleProject } from '../../../sample/projects/project.ts';
import { loadTimeline } from '../../../sample/pypi/recorded.ts';
import { createStandIn, type StandIn, type StandInOptions } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { changelog, lastSerial, titles } from './feeds.ts';

const small: SampleProject = {
  name: 'Small',
  shows: 'a test',
  releases: ['1.0', { version: '1.9', yanked: 'oops' }],
};
const opened: StandIn[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
});

async function open(projects: StandInOptions['projects'] = [small]): Promise<StandIn> {
  const standIn = createStandIn({ projects });
  opened.push(standIn);
  await standIn.listen();
  return standIn;
}

const page = (standIn: StandIn, path = 'small/json') => ask(`${standIn.url}/pypi/${path}`);
const infoOf = async (standIn: StandIn, path?: string): Promise<unknown> =>
  JSON.parse((await page(standIn, path)).text);

/** Version and action of the rows that a change adds. */
type Told = [version: string | null, action: string];
const WHEEL = 'add py3 file small-2.0-py3-none-any.whl';
const SDIST = 'add source file small-2.0.tar.gz';

describe('what a change writes down', () => {
  test.each<[string, (standIn: StandIn) => unknown, Told[]]>([
    [
      'a publication',
      ({ publish }) => publish('small', '2.0'),
      [
        ['2.0', 'new release'],
        ['2.0', WHEEL],
        ['2.0', SDIST],
      ],
    ],
    [
      'a publication of an egg',
      ({ publish }) => publish('SMALL', { version: '2.0', files: ['egg'] }),
      [
        ['2.0', 'new release'],
        ['2.0', 'add 2.7 file small-2.0-py2.7.egg'],
      ],
    ],
    ['a yank', ({ yank }) => yank('small', '1.0'), [['1.0', 'yank release']]],
    ['an unyank', ({ unyank }) => unyank('small', '1.9'), [['1.9', 'unyank release']]],
    ['a removal', ({ remove }) => remove('small'), [[null, 'remove project']]],
    [
      'a quarantine',
      ({ quarantine }) => quarantine('small', true),
      [[null, 'project quarantined']],
    ],
    [
      'its end',
      ({ quarantine }) => quarantine('small', false),
      [[null, 'project quarantine cleared']],
    ],
    [
      'an update that removes, yanks and unyanks',
      ({ update }) => update({ ...small, releases: ['1.9', { version: '2.0', yanked: 'no' }] }),
      [
        ['1.9', 'unyank release'],
        ['2.0', 'new release'],
        ['2.0', WHEEL],
        ['2.0', SDIST],
        ['2.0', 'yank release'],
        ['1.0', 'remove release'],
      ],
    ],
    [
      'an update that adds a file',
      ({ update }) => update({ ...small, files: ['wheel', 'sdist', 'egg'] }),
      [
        ['1.0', 'add 2.7 file small-1.0-py2.7.egg'],
        ['1.9', 'add 2.7 file small-1.9-py2.7.egg'],
      ],
    ],
    [
      'an update of anything else',
      ({ update }) => update({ ...small, license: 'MIT' }),
      [[null, 'update classifiers']],
    ],
    ['a refused change', ({ remove }) => remove('not-there'), []],
  ])('%s', async (_, change, told) => {
    const standIn = await open();
    const before = await lastSerial(standIn.url);
    const startedAt = Math.floor(Date.now() / 1000);
    change(standIn);
    const rows = await changelog(standIn.url, before);
    expect(rows.map(([, version, , action]) => [version, action])).toEqual(told);
    expect(rows.map((row) => row[4])).toEqual(told.map((_row, each) => before + each + 1));
    for (const [name, , time] of rows) {
      expect(name).toBe('Small');
      expect(time).toBeGreaterThanOrEqual(startedAt);
    }
    expect(await lastSerial(standIn.url)).toBe(before + told.length);
  });

  test('a new project is created first', async () => {
    const standIn = await open([]);
    expect(await lastSerial(standIn.url)).toBe(0);
    standIn.update({ ...small, releases: ['2.0'] });
    expect((await changelog(standIn.url, 0)).map((row) => row[3])).toEqual([
      'create',
      'add Owner a-sample',
      'new release',
      WHEEL,
      SDIST,
    ]);
  });

  test.each<[string, (standIn: StandIn) => unknown]>([
    ['a publication', ({ publish }) => publish('small')],
    ['a yank', ({ yank }) => yank('small', '1.0')],
    ['a quarantine that has ended', ({ quarantine }) => quarantine('small', false)],
    ['an update', ({ update }) => update({ ...small, license: 'MIT' })],
  ])('the page after %s has the serial of the last row', async (_, change) => {
    const standIn = await open();
    change(standIn);
    const serial = await lastSerial(standIn.url);
    const { headers, text } = await page(standIn);
    expect(headers['x-pypi-last-serial']).toBe(String(serial));
    expect(JSON.parse(text)).toMatchObject({ last_serial: serial });
  });

  test('what can be thrown is thrown, and not written down', async () => {
    const standIn = await open();
    const before = await lastSerial(standIn.url);
    expect(() => standIn.yank('small', '7.0')).toThrow('7.0');
    expect(() => standIn.yank('other', '1.0')).toThrow('other');
    expect(() => standIn.quarantine('other', true)).toThrow('other');
    expect(await lastSerial(standIn.url)).toBe(before);
  });
});

describe('pages', () => {
  test('of a yanked release say so, and another release becomes the latest', async () => {
    const standIn = await open([{ ...small, releases: ['1.0', '1.9'] }]);
    expect(standIn.yank('small', '1.9.0', 'broken')).toEqual({
      version: '1.9',
      serial: 30_000_001,
    });
    expect(await infoOf(standIn)).toMatchObject({ info: { version: '1.0', yanked: false } });
    expect(await infoOf(standIn, 'small/1.9/json')).toMatchObject({
      info: { version: '1.9', yanked: true, yanked_reason: 'broken' },
    });
    standIn.unyank('small', '1.9');
    expect(await infoOf(standIn)).toMatchObject({ info: { version: '1.9', yanked: false } });
  });

  test('in quarantine are not there, and come back', async () => {
    const standIn = await open();
    standIn.quarantine('small', true);
    expect(await page(standIn)).toMatchObject({ status: 404 });
    expect(await page(standIn, 'small/1.0/json')).toMatchObject({ status: 404 });
    standIn.publish('small', '2.0');
    expect(await page(standIn)).toMatchObject({ status: 404 });
    standIn.quarantine('small', false);
    expect(await infoOf(standIn)).toMatchObject({ info: { version: '2.0' } });
  });

  test('of a removed project are there again when it is created again', async () => {
    const standIn = await open();
    standIn.quarantine('small', true);
    expect(standIn.remove('small')).toBe(true);
    expect(standIn.remove('small')).toBe(false);
    standIn.update(small);
    expect(await page(standIn)).toMatchObject({ status: 200 });
  });
});

describe('rewind', () => {
  test('takes the last serial back, and the rows with it', async () => {
    const standIn = await open();
    const before = await lastSerial(standIn.url);
    standIn.publish('small', '2.0');
    standIn.rewind(2);
    expect(await lastSerial(standIn.url)).toBe(before + 1);
    expect((await changelog(standIn.url, 0)).map((row) => row[4])).toEqual([before, before + 1]);
    expect(await infoOf(standIn)).toMatchObject({ last_serial: before + 3 });
    standIn.yank('small', '2.0');
    expect(await changelog(standIn.url, before + 1)).toMatchObject([
      ['Small', '2.0', expect.any(Number), 'yank release', before + 2],
    ]);
  });

  test('never goes below nothing', async () => {
    const standIn = await open();
    standIn.rewind(99_000_000);
    expect(await lastSerial(standIn.url)).toBe(0);
    expect(await changelog(standIn.url, -1)).toEqual([]);
  });
});

test('the journal keeps the last 200 000 rows', () => {
  const journal = createJournal(() => undefined);
  const change = { name: 'small', version: null, action: 'create' };
  for (let count = 0; count < 3; count += 1)
    journal.write(Array.from({ length: 90_000 }, () => change));
  expect(journal.lastSerial).toBe(270_000);
  expect(journal.since(0)[0]).toMatchObject({ serial: 70_001 });
});

const RECORDED =
  process.env['RECORDED_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/recorded');

describe.skipIf(!existsSync(RECORDED))('a recorded life', () => {
  test.each([
    ['itasc', ['new release', 'yank release']],
    [
      'vessqc',
      [...Array.from({ length: 6 }, () => 'new release'), 'remove release', 'new release'],
    ],
    ['datasette-gzip', ['new release', 'new release', 'new release']],
  ])('of %s is told with its own serials', async (name, actions) => {
    const standIn = await open([]);
    const told: string[] = [];
    let since = 0;
    for (const entry of await loadTimeline(RECORDED, name)) {
      standIn.update(entry);
      const rows = await changelog(standIn.url, since);
      since = await lastSerial(standIn.url);
      expect(since).toBe(entry.serial);
      expect(new Set(rows.map((row) => normalize(row[0])))).toEqual(new Set([name]));
      expect((await page(standIn, `${name}/json`)).headers['x-pypi-last-serial']).toBe(`${since}`);
      told.push(...rows.map((row) => row[3]).filter((action) => action.endsWith(' release')));
    }
    expect(told).toEqual(actions);
    expect(await titles(standIn.url)).not.toEqual([]);
  });
});
