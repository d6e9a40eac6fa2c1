import { describe, expect, test } from 'vitest';
import { createRssFeed } from '../../../../src/follow/feeds/rss.ts';
import type { UpstreamRequest } from '../../../../src/upstream/client.ts';
import { createFakeClient } from '../../../support/service/pypi-client.ts';
import { BEFORE, type Item, newsOf, pageOf, pageWith, poll, START_MS, told } from './rss-page.ts';

describe('changes of a page', () => {
  /** Pages in short, the newest first: `b@9 a@8` are the releases 1 of b and a, so many seconds after the start. */
  const pagesOf = (texts: readonly string[]): Item[][] =>
    texts.map((text) =>
      text.split(' ').map((word): Item => {
        const [name, at] = word.split('@');
        return [`${name} 1`, Number(at)];
      }),
    );

  type Row = [why: string, pages: string[], told: string[], hasGap: boolean];
  test.each<Row>([
    ['the first page: nothing', ['a@2 z@0'], [], false],
    ['the same page again: nothing', ['a@2 z@0', 'a@2 z@0'], [], false],
    ['a new release', ['z@0', 'a@2 z@0'], ['a'], false],
    ['several, the oldest first', ['z@0', 'c@3 b@2 a@2 z@0'], ['a', 'b', 'c'], false],
    ['in another order than that of time', ['z@0', 'a@2 c@4 b@3 z@0'], ['a', 'b', 'c'], false],
    ['one that shows late', ['b@2 z@0', 'b@2 a@1 z@0'], ['a'], false],
    ['a project that is spelt anew', ['A.b@1', 'a_B@2'], [], false],
    ['the same one twice', ['z@0', 'a@3 a@2 z@0'], ['a'], false],
    ['a page without anything known', ['z@0', 'b@9 a@8'], ['a', 'b'], true],
    ['nothing known in a second that is', ['z@0', 'b@9 a@0'], ['a', 'b'], true],
    ['nothing known, and an odd date', ['z@0', 'b@9 a@-99999'], ['b'], true],
    ['a page that a cache still has: nothing', ['b@901 z@0', 'a@0'], [], false],
    ['what is a quarter of an hour late', ['b@900 z@0', 'a@0 z@0'], ['a'], false],
    ['and what is later', ['b@901 z@0', 'a@0 z@0'], [], false],
    ['after an old page: what is new', ['b@99 z@0', 'z@0', 'c@100 b@99 z@0'], ['c'], false],
    ['after an old page: not what is older still', ['b@999 z@0', 'z@0', 'a@9 z@0'], [], false],
    ['what has gone and come back: nothing', ['b@2 a@1', 'a@1', 'b@2 a@1'], [], false],
  ])('%s', async (_, pages, projects, hasGap) => {
    const news = await newsOf(...pagesOf(pages));
    expect(told(news)).toEqual(projects.map((project) => `${project} 1`));
    expect(news.hasGap).toBe(hasGap);
    expect(news.serial).toBeUndefined();
  });

  test('have the normalized name, the release as PyPI spells it, and PyPI’s time', async () => {
    const { changes } = await newsOf([BEFORE], [['Flask_Login 0.6.0RC1', 7], BEFORE]);
    expect(changes).toEqual([
      { project: 'flask-login', release: '0.6.0RC1', atMs: START_MS + 7_000 },
    ]);
  });
});

describe('an invalid feed', () => {
  const page = pageOf([['a 1', 1], BEFORE]);
  test.each([
    ['nothing', ''],
    ['a space', ' '],
    [
      'a page for people',
      '<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Hi<br></body></html>',
    ],
    ['a page for people that is XML', '<html><body><p>Hi</p></body></html>'],
    ['garbage', '<?\u0000\uFFFD\u001B]}'],
    ['JSON', '{"message": "no"}'],
    ['half of it', page.slice(0, page.length / 2)],
    ['all but its end', page.slice(0, -7)],
    ['a first release whole, but no more', page.slice(0, page.indexOf('</item>') + 7)],
    ['no items', pageWith([])],
    ['an empty channel', '<rss><channel></channel></rss>'],
    ['an empty feed', '<rss/>'],
    ['items that are no releases', pageWith(['<title></title><pubDate></pubDate>', 'x', ''])],
    ['a thousand levels', `${'<rss>'.repeat(1_000)}${'</rss>'.repeat(1_000)}`],
    ['a name that objects have', pageWith(['<__proto__>x</__proto__>'])],
  ])('%s', async (_, body) => {
    await expect(poll(body)).rejects.toMatchObject({
      name: 'UpstreamError',
      failure: 'unparsable',
    });
  });

  test('a page of megabytes', async () => {
    const long = pageWith(['<title>a 1</title>'.repeat(250_000)]);
    await expect(poll(long)).rejects.toMatchObject({ failure: 'too-large' });
  });

  test('a 404', async () => {
    const feed = createRssFeed(createFakeClient(() => ({ status: 404 })));
    await expect(feed.poll(undefined, AbortSignal.timeout(20_000))).rejects.toMatchObject({
      failure: 'status',
    });
  });
});

describe('the position', () => {
  test('makes the request conditional: an unchanged page brings nothing and keeps the position', async () => {
    const asked: UpstreamRequest[] = [];
    const page = pageOf([['a 1', 1], BEFORE]);
    const feed = createRssFeed(createFakeClient((request) => (asked.push(request), page)));
    const first = await feed.poll(undefined, AbortSignal.timeout(20_000));
    const second = await feed.poll(first.position, AbortSignal.timeout(20_000));
    expect(second).toEqual({ changes: [], hasGap: false, position: first.position });
    expect(asked.map(({ path, etag }) => [path, etag !== undefined])).toEqual([
      ['/rss/updates.xml', false],
      ['/rss/updates.xml', true],
    ]);
  });

  test.each([
    ['no JSON', 'garbage'],
    ['of the other feed', '{"serial":30000000}'],
    ['half of one', '{"seen":["a 1"]}'],
    ['of another kind', '{"seen":[1],"newestMs":1}'],
    ['empty', ''],
  ])('one that is %s counts as lost', async (_, position) => {
    expect(await poll(pageOf([['a 1', 1], BEFORE]), position)).toMatchObject({
      changes: [],
      hasGap: true,
    });
  });

  test('stays within some dozens of kilobytes, however many releases appear', async () => {
    let position: string | undefined;
    for (let round = 0; round < 20; round += 1) {
      const releases = Array.from({ length: 100 }, (_, i): Item => {
        const second = round * 100 + 100 - i;
        return [`a-name-of-some-length-${second} 2026.11.20.post${second}`, second];
      });
      ({ position } = await poll(pageOf(releases), position));
    }
    expect(position?.length).toBeLessThan(48 * 1024);
  });

  test('covers a page of thousands of releases: none is reported later', async () => {
    const flood = Array.from({ length: 3_000 }, (_, i): Item => [`a${i} 1`, 9_000 - i]);
    const first = await newsOf([BEFORE], flood);
    expect(first.hasGap).toBe(true);
    expect(told(await poll(pageOf(flood), first.position))).toEqual([]);
  });
});
