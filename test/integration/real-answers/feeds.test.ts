import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { answerValue, type XmlRpcValue } from '../../../sample/pypi/xml-rpc.ts';
import { createChangelogFeed } from '../../../src/follow/feeds/changelog.ts';
import type { Feed, FeedNews } from '../../../src/follow/feeds/feed.ts';
import { createRssFeed } from '../../../src/follow/feeds/rss.ts';
import type { UpstreamClient } from '../../../src/upstream/client.ts';
import { RECORDED } from '../../support/recorded.ts';
import { createFakeClient } from '../../support/service/pypi-client.ts';

/** Positions before the oldest recorded change. */
const LONG_AGO = { rss: '{"seen":["a 1"],"newestMs":0}', changelog: '{"serial":0}' };

async function poll(createFeed: (client: UpstreamClient) => Feed, body: string): Promise<FeedNews> {
  const feed = createFeed(createFakeClient(() => body));
  return feed.poll(LONG_AGO[feed.name], AbortSignal.timeout(20_000));
}

const read = (file: string): Promise<string> => readFile(resolve(RECORDED, file), 'utf8');

test.each([
  ['updates.xml', 100, 'multiviewdata', '0.2.0', 'geomeshpy', '0.0.11'],
  ['updates.2018-warehouse-rss091.xml', 40, 'django-cors-headers', '2.2.0', 'simplemdx', '0.1.2'],
  ['updates.legacy-pypi.python.org.xml', 40, 'cherrypy', '5.4.0', 'mkbrutus', '1.0.2a1'],
])('%s', async (file, count, oldest, oldestRelease, newest, newestRelease) => {
  const { changes, hasGap } = await poll(createRssFeed, await read(`rss/${file}`));
  expect(changes).toHaveLength(count);
  expect(hasGap).toBe(true);
  expect(changes.at(0)).toMatchObject({ project: oldest, release: oldestRelease });
  expect(changes.at(-1)).toMatchObject({ project: newest, release: newestRelease });
});

test('rejects the feed of new projects as a feed of releases', async () => {
  await expect(poll(createRssFeed, await read('rss/packages.xml'))).rejects.toMatchObject({
    failure: 'unparsable',
  });
});

test('reads the rows of the journal', async () => {
  const text = z.string().nullable();
  const rows: XmlRpcValue = z
    .array(z.tuple([text, text, z.number(), text, z.number()]))
    .parse(JSON.parse(await read('xmlrpc/changelog_since_serial.rows.json')));
  const { changes, ...news } = await poll(createChangelogFeed, String(answerValue(rows).body));
  expect(news).toEqual({ hasGap: false, position: '{"serial":2168647}', serial: 2_168_647 });
  expect(changes.map(({ project, release, serial }) => [project, release, serial])).toEqual([
    ['ufx', '1.0', 2_168_632],
    ['wordsmith', '0.1', 2_168_634],
    ['property-manager', '2.0', 2_168_636],
    ['numtest', '2.0.0', 2_168_637],
    ['property-manager', '2.1', 2_168_639],
    ['kafka-utils', '0.2.0', 2_168_641],
    ['numtest', '2.0.1', 2_168_642],
    ['django-sphinxsearch', '0.4.0', 2_168_646],
    ['coala-bears', '0.3.0.dev20160615134909', 2_168_647],
  ]);
});

test.each(['list_packages', 'package_releases', 'release_data', 'search'])(
  'reads the fault of %s',
  async (method) => {
    const body = await read(`errors/xmlrpc-fault-${method}.xml`);
    const answer = poll(createChangelogFeed, body);
    await expect(answer).rejects.toThrow('RuntimeError: PyPI no longer supports');
    await expect(answer).rejects.toMatchObject({ failure: 'status', retryAfterMs: undefined });
  },
);
