import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEdge, type Lag } from '../../../sample/faults/cdn.ts';
import type { Answer } from '../../../sample/exchange.ts';
import { projectsNamed } from '../../../sample/projects/many-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { titles } from './feeds.ts';

const version = (etag: string): Answer => ({ status: 200, headers: { etag }, body: etag });
const ABSENT: Answer = { status: 404, headers: {}, body: 'absent' };
const ONE = version('one');
const TWO = version('two');
const THREE = version('three');

/** When something is asked for, what PyPI has then, and what the edge answers. */
type Step = [atMs: number, current: Answer, given: Answer];
const BEHIND: Lag = { pageMs: 100, feedMs: 300, absentMs: 1000 };

describe('the edge', () => {
  test.each<[string, Lag, Step[]]>([
    [
      'is not behind by itself',
      {},
      [
        [0, ONE, ONE],
        [1, TWO, TWO],
        [1, ABSENT, ABSENT],
        [1, ONE, ONE],
      ],
    ],
    ['has a page that was never asked for at once', BEHIND, [[0, TWO, TWO]]],
    [
      'gives the old page until so long after the first request',
      BEHIND,
      [
        [0, ONE, ONE],
        [5000, TWO, ONE],
        [5099, TWO, ONE],
        [5100, TWO, TWO],
        [5101, TWO, TWO],
      ],
    ],
    [
      'ends all changes of that time together',
      BEHIND,
      [
        [0, ONE, ONE],
        [50, TWO, ONE],
        [120, THREE, ONE],
        [150, THREE, THREE],
      ],
    ],
    [
      'begins anew with the next change',
      BEHIND,
      [
        [0, ONE, ONE],
        [50, TWO, ONE],
        [150, TWO, TWO],
        [151, THREE, TWO],
        [250, THREE, TWO],
        [251, THREE, THREE],
      ],
    ],
    [
      'gives a page that is gone like an old one, and then remembers that it is gone',
      BEHIND,
      [
        [0, ONE, ONE],
        [50, ABSENT, ONE],
        [150, ABSENT, ABSENT],
        [160, TWO, ABSENT],
        [1150, TWO, TWO],
      ],
    ],
    [
      'repeats a 404, from when it was first given',
      BEHIND,
      [
        [0, ABSENT, ABSENT],
        [900, ABSENT, ABSENT],
        [999, ONE, ABSENT],
        [1000, ONE, ONE],
      ],
    ],
    [
      'asks for a 404 again when its time is over',
      BEHIND,
      [
        [0, ABSENT, ABSENT],
        [1000, ABSENT, ABSENT],
        [1999, ONE, ABSENT],
        [2000, ONE, ONE],
      ],
    ],
  ])('%s', (_, lag, steps) => {
    let nowMs = 0;
    const edge = createEdge(() => nowMs);
    edge.lag(lag);
    const given = steps.map(([atMs, current]) => {
      nowMs = atMs;
      return edge.pass('page', 'small', current).body;
    });
    expect(given).toEqual(steps.map(([, , { body }]) => body));
  });

  test('has the feed’s own lag, and tells pages apart', () => {
    let nowMs = 0;
    const edge = createEdge(() => nowMs);
    edge.lag(BEHIND);
    for (const key of ['a', 'b']) edge.pass('feed', key, ONE);
    expect(edge.pass('feed', 'a', TWO)).toBe(ONE);
    nowMs = 299;
    expect(edge.pass('feed', 'a', TWO)).toBe(ONE);
    nowMs = 300;
    expect(edge.pass('feed', 'a', TWO)).toBe(TWO);
    expect(edge.pass('feed', 'b', TWO)).toBe(ONE);
    expect(edge.pass('feed', 'c', TWO)).toBe(TWO);
  });

  test('remembers what was asked for before it was told to be behind', () => {
    const edge = createEdge(() => 0);
    edge.pass('page', 'small', ONE);
    edge.lag({ pageMs: 1 });
    expect(edge.pass('page', 'small', TWO)).toBe(ONE);
    edge.lag({});
    expect(edge.pass('page', 'small', TWO)).toBe(TWO);
  });
});

describe('the stand-in behind an edge', () => {
  const LONG: Lag = { pageMs: 600_000, feedMs: 600_000, absentMs: 600_000 };
  const FIRST = '/pypi/followed-0001/json';
  let standIn: StandIn;
  beforeEach(async () => {
    standIn = createStandIn({ projects: projectsNamed(3) });
    await standIn.listen();
  });
  afterEach(() => standIn.close());

  const get = async (path: string, headers?: Record<string, string>) => {
    const reply = await ask(standIn.url + path, headers);
    const { etag, 'x-pypi-last-serial': serial } = reply.headers;
    return { status: reply.status, etag: String(etag), serial, text: reply.text };
  };

  test.each(['/pypi/followed-0001/json', '/pypi/followed-0001/1.0/json'])(
    '%s keeps ETag and serial, and 304, until the lag ends',
    async (path) => {
      const old = await get(path);
      standIn.lag(LONG);
      standIn.publish('followed-0001');
      expect(await get(path)).toEqual(old);
      expect(await get(path, { 'if-none-match': old.etag })).toMatchObject({ status: 304 });
      standIn.lag({});
      const fresh = await get(path, { 'if-none-match': old.etag });
      expect(fresh.status).toBe(200);
      expect(Number(fresh.serial)).toBeGreaterThan(Number(old.serial));
    },
  );

  test('a page ends being old by itself, and not before', async () => {
    const old = await get(FIRST);
    standIn.lag({ pageMs: 300 });
    standIn.publish('followed-0001');
    const askedAtMs = performance.now();
    expect(await get(FIRST)).toEqual(old);
    await vi.waitFor(async () => expect(await get(FIRST)).not.toEqual(old), 20_000);
    expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(300);
  });

  test('a page that was never asked for is new at once', async () => {
    standIn.lag(LONG);
    const { serial } = standIn.publish('followed-0002');
    expect(await get('/pypi/followed-0002/json')).toMatchObject({ serial: String(serial) });
  });

  test('the feed is old as well', async () => {
    const old = await titles(standIn.url);
    standIn.lag(LONG);
    standIn.publish('followed-0001', '2.0');
    expect(await titles(standIn.url)).toEqual(old);
    standIn.lag({ pageMs: 600_000 });
    expect(await titles(standIn.url)).toEqual(['followed-0001 2.0', ...old]);
  });

  test('a 404 is repeated though the project exists', async () => {
    const project = { name: 'late', shows: 'a test', releases: ['1.0'] };
    expect(await get('/pypi/late/json')).toMatchObject({ status: 404 });
    standIn.lag(LONG);
    standIn.update(project);
    expect(await get('/pypi/late/json')).toMatchObject({ status: 404 });
    expect(await get('/pypi/late/1.0/json')).toMatchObject({ status: 200 });
    standIn.lag({});
    expect(await get('/pypi/late/json')).toMatchObject({ status: 200 });
  });

  test('a removed project is still there for a while', async () => {
    const old = await get(FIRST);
    standIn.lag(LONG);
    standIn.remove('followed-0001');
    expect(await get(FIRST)).toEqual(old);
    standIn.lag({});
    expect(await get(FIRST)).toMatchObject({ status: 404 });
  });

  test('a question that is not answered is none that the edge has seen', async () => {
    const old = await get(FIRST);
    standIn.lag({ pageMs: 300 });
    standIn.publish('followed-0001');
    standIn.misbehave({ mode: '503' });
    expect(await get(FIRST)).toMatchObject({ status: 503 });
    await delay(400);
    standIn.behave();
    expect(await get(FIRST)).toEqual(old);
  });

  test('redirects, downloads and the changelog are never old', async () => {
    standIn.lag(LONG);
    expect(await get('/pypi/Late/json')).toMatchObject({ status: 301 });
    expect(await get('/api/packages/late/recent')).toMatchObject({ status: 404 });
    standIn.update({ name: 'Late', shows: 'a test', releases: ['1.0'] });
    expect(await get('/api/packages/late/recent')).toMatchObject({ status: 200 });
  });
});
