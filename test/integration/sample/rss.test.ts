import { gunzipSync } from 'node:zlib';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { projectsNamed } from '../../../sample/projects/many-projects.ts';
import type { SampleProject } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { itemsOf, titles } from './feeds.ts';

const opened: StandIn[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((standIn) => standIn.close()));
});

async function open(projects: readonly SampleProject[] = projectsNamed(3)): Promise<StandIn> {
  const standIn = createStandIn({ projects });
  opened.push(standIn);
  await standIn.listen();
  return standIn;
}

const small: SampleProject = { name: 'Small_One', shows: 'a test', releases: [] };
const feedOf = (standIn: StandIn, headers?: Record<string, string>) =>
  ask(`${standIn.url}/rss/updates.xml`, headers);

test('is laid out as PyPI’s', async () => {
  const standIn = await open([small]);
  standIn.publish('small-one', { version: '1.0', summary: `Lex & "Yacc"'s <b>` });
  const { text } = await feedOf(standIn);
  expect(text.replace(/<pubDate>\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT</, '<pubDate>now<'))
    .toBe(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title>PyPI recent updates</title>
    <link>https://pypi.org/</link>
    <description>Recent updates to the Python Package Index</description>
    <language>en</language>
    <item>
      <title>Small_One 1.0</title>
      <link>https://pypi.org/project/small-one/1.0/</link>
      <description>Lex &amp; &#34;Yacc&#34;&#39;s &lt;b&gt;</description>
      <author>author@sample.invalid</author>
      <pubDate>now</pubDate>
    </item>
  </channel>
</rss>`);
});

test('a release without an author has an empty line in the author’s place', async () => {
  const standIn = await open([{ ...small, shape: 'nulls' }]);
  standIn.publish('small-one', '1.0');
  const { text } = await feedOf(standIn);
  expect(text).toContain('<description></description>\n      \n      <pubDate>');
});

const RECORDED =
  process.env['RECORDED_DIR'] ?? resolve(import.meta.dirname, '../../../../shared/recorded');

test.skipIf(!existsSync(RECORDED))('has the lines of a recorded feed', async () => {
  const recorded = await readFile(resolve(RECORDED, 'rss/updates.xml'), 'utf8');
  const standIn = await open(sampleProjects);
  for (let count = 0; count < 100; count += 1) standIn.publish('requests');
  const frame = (feed: string) =>
    feed.replace(/^ +$/gm, '      <author></author>').replace(/(<\w+>)[^<]*(?=<\/)/g, '$1');
  expect(frame((await feedOf(standIn)).text)).toBe(frame(recorded));
  expect(itemsOf(recorded)).toHaveLength(100);
});

describe('its headers', () => {
  test('are PyPI’s', async () => {
    const { status, headers } = await feedOf(await open());
    expect({ status, ...headers }).toMatchObject({
      status: 200,
      'content-type': 'text/xml; charset=UTF-8',
      'access-control-allow-origin': '*',
      vary: 'Accept-Encoding',
    });
    expect(headers['etag']).toMatch(/^"[\w+/]{22}"$/);
    expect(headers).not.toHaveProperty('x-pypi-last-serial');
    expect(headers).not.toHaveProperty('cache-control');
  });

  test('If-None-Match is a 304 until something is published', async () => {
    const standIn = await open();
    const { headers } = await feedOf(standIn);
    const known = { 'if-none-match': String(headers['etag']) };
    expect(await feedOf(standIn, known)).toMatchObject({ status: 304, text: '' });
    standIn.publish('followed-0001');
    const changed = await feedOf(standIn, known);
    expect(changed.status).toBe(200);
    expect(changed.headers['etag']).not.toBe(headers['etag']);
  });

  test('HEAD has no body, and POST is not allowed', async () => {
    const { url } = await open();
    expect(await ask(`${url}/rss/updates.xml`, {}, 'HEAD')).toMatchObject({
      status: 200,
      text: '',
    });
    expect(await ask(`${url}/rss/updates.xml`, {}, 'POST')).toMatchObject({ status: 405 });
  });

  test('it comes packed for whoever takes gzip', async () => {
    const standIn = await open();
    const { headers, body } = await request(`${standIn.url}/rss/updates.xml`, {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(headers['content-encoding']).toBe('gzip');
    const { text } = await feedOf(standIn);
    expect(String(gunzipSync(await body.arrayBuffer()))).toBe(text);
  });
});

describe('its items', () => {
  test('are a new index’s newest releases first, then what is published', async () => {
    const standIn = await open();
    expect(await titles(standIn.url)).toEqual([
      'followed-0003 1.0',
      'followed-0002 1.0',
      'followed-0001 1.0',
    ]);
    standIn.publish('Followed_0001', '2.0');
    expect((await titles(standIn.url)).slice(0, 2)).toEqual([
      'followed-0001 2.0',
      'followed-0003 1.0',
    ]);
  });

  test('are the last 100, the newest first, with times that do not rise', async () => {
    const standIn = await open(projectsNamed(150));
    for (const release of ['1.1', '1.2']) standIn.publish('followed-0150', release);
    const items = itemsOf((await feedOf(standIn)).text);
    expect(items).toHaveLength(100);
    expect(items.slice(0, 3).map(({ title }) => title)).toEqual([
      'followed-0150 1.2',
      'followed-0150 1.1',
      'followed-0150 1.0',
    ]);
    expect(items.at(-1)?.title).toBe('followed-0053 1.0');
    const times = items.map(({ pubDate }) => Date.parse(pubDate));
    expect(times).toEqual(times.toSorted((one, other) => other - one));
  });

  test.each<[string, (standIn: StandIn) => unknown, string[]]>([
    ['a yank', ({ yank }) => yank('followed-0002', '1.0'), []],
    ['a quarantine', ({ quarantine }) => quarantine('followed-0002', true), []],
    ['a rewound changelog', ({ rewind }) => rewind(100), []],
    ['a removed project', ({ remove }) => remove('followed-0002'), ['followed-0002 1.0']],
    [
      'a removed release',
      ({ update }) => update({ name: 'followed-0002', shows: '', releases: [] }),
      ['followed-0002 1.0'],
    ],
  ])('%s adds none, and removes what is no more', async (_, change, gone) => {
    const standIn = await open();
    const before = await titles(standIn.url);
    change(standIn);
    expect(await titles(standIn.url)).toEqual(before.filter((title) => !gone.includes(title)));
  });

  test('stay a hundred when projects go', async () => {
    const standIn = await open(projectsNamed(120));
    for (let count = 101; count <= 120; count += 1) standIn.remove(`followed-0${count}`);
    expect(await titles(standIn.url)).toHaveLength(100);
  });

  test('hostile texts make no broken XML', async () => {
    const standIn = await open(sampleProjects);
    const item = itemsOf((await feedOf(standIn)).text).find(({ title }) =>
      title.startsWith('sample-hostile '),
    );
    expect(item).toMatchObject({
      title: 'sample-hostile 1.0<script>alert(1)</script>\u202E',
      description: '</title><script>alert(1)</script>',
    });
    expect(item?.link).toMatch(/^https:\/\/pypi\.org\/project\/sample-hostile\/[\w.%()]+\/$/);
  });
});
