import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleProject } from '../../../sample/projects/project.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { call, changelog, lastSerial, titles } from './xml-rpc.ts';

const small: SampleProject = {
  name: 'Small_One',
  shows: 'a test',
  releases: ['1.0', { version: '1.9', yanked: 'oops' }],
};

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: [small], callsPerHour: 20 });
  await standIn.listen();
});
afterEach(() => standIn.close());

test('the feed of releases has PyPI’s layout', async () => {
  standIn.update({ ...small, releases: [] });
  standIn.publish('small-one', { version: '1.0', info: { summary: `Lex & "Yacc"'s <b>` } });
  const { text, headers } = await ask(`${standIn.url}/rss/updates.xml`);
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
  const known = { 'if-none-match': String(headers['etag']) };
  expect(await ask(`${standIn.url}/rss/updates.xml`, known)).toMatchObject({ status: 304 });
});

test('the feed has the last hundred releases, newest first, and no yanks', async () => {
  for (let at = 0; at < 120; at += 1) standIn.publish('small-one', `2.${at}`);
  standIn.yank('small-one', '2.5');
  const listed = await titles(standIn.url);
  expect(listed).toEqual(Array.from({ length: 100 }, (_, at) => `Small_One 2.${119 - at}`));
});

describe('the changelog', () => {
  test('has the layout of Python’s XML-RPC, with null as <nil/>', async () => {
    standIn.remove('small-one');
    const before = (await lastSerial(standIn.url)) - 1;
    const { text } = await call(standIn.url, 'changelog_since_serial', [before]);
    expect(text.replace(/\d{10}/, '0')).toBe(
      `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><array><data>\n<value><array><data>\n<value><string>Small_One</string></value>\n<value><nil/></value><value><int>0</int></value>\n<value><string>remove project</string></value>\n<value><int>${before + 1}</int></value>\n</data></array></value>\n</data></array></value>\n</param>\n</params>\n</methodResponse>\n`,
    );
  });

  test.each<[string, (of: StandIn) => unknown, [version: string | null, action: string][]]>([
    [
      'a publication',
      ({ publish }) => publish('small-one', '2.0'),
      [
        ['2.0', 'new release'],
        ['2.0', 'add py3 file small_one-2.0-py3-none-any.whl'],
        ['2.0', 'add source file small_one-2.0.tar.gz'],
      ],
    ],
    ['a yank', ({ yank }) => yank('small-one', '1.0'), [['1.0', 'yank release']]],
    ['an unyank', ({ unyank }) => unyank('small-one', '1.9'), [['1.9', 'unyank release']]],
    ['a removal', ({ remove }) => remove('small-one'), [[null, 'remove project']]],
    [
      'a quarantine',
      ({ quarantine }) => quarantine('small-one', true),
      [[null, 'project quarantined']],
    ],
  ])('has a row for each step of %s', async (_, change, expected) => {
    const before = await lastSerial(standIn.url);
    change(standIn);
    const rows = await changelog(standIn.url, before);
    expect(rows.map(([, version, , action]) => [version, action])).toEqual(expected);
    expect(rows.map((row) => row[4])).toEqual(expected.map((_row, at) => before + at + 1));
    expect(await lastSerial(standIn.url)).toBe(before + expected.length);
  });

  test.each([
    ['nothing', -32_601, 'server error; requested method not found'],
    ['changelog_since_serial', -32_602, 'client error; serial: Missing required argument'],
  ])('answers %s without arguments by the fault %i', async (method, code, message) => {
    const { text } = await call(standIn.url, method);
    expect(text).toMatch(new RegExp(`<name>faultCode</name>\\s*<value><int>${code}</int>`));
    expect(text).toContain(message);
  });

  test('sends its limit with every answer, and a fault beyond it', async () => {
    for (let count = 0; count < 19; count += 1)
      expect(await lastSerial(standIn.url)).toBeGreaterThan(0);
    const { status, headers, text } = await call(standIn.url, 'changelog_last_serial');
    expect(status).toBe(200);
    expect(headers['ratelimit']).toMatch(/^"xmlrpc\.client";r=0;t=3\d{3}$/);
    expect(text).toMatch(/HTTPTooManyRequests: .*Limit may reset in 3\d{3} seconds/);
  });
});
