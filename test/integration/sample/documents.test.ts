import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normalize, type SampleProject } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { projectShape, recentShape, releaseShape } from './shapes.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterAll(() => standIn.close());

/** In today's shape, and not in quarantine. */
const hasJson = ({ shape, status }: SampleProject): boolean =>
  shape === undefined && status !== 'quarantined';

const get = (path: string, headers?: Record<string, string>) => ask(standIn.url + path, headers);

test('each sample project has a unique name and the shape of PyPI’s answers', async () => {
  expect(new Set(sampleProjects.map(({ name }) => normalize(name))).size).toBe(
    sampleProjects.length,
  );
  for (const { name } of sampleProjects.filter(hasJson)) {
    const { status, headers, text } = await get(`/pypi/${normalize(name)}/json`);
    expect(status).toBe(200);
    const document = projectShape.parse(JSON.parse(text));
    expect(document.info.name).toBe(name);
    expect(document.urls).toEqual(document.releases[document.info.version]);
    expect(headers['x-pypi-last-serial']).toBe(String(document.last_serial));
  }
});

test('a project has PyPI’s headers, and revalidates as 304', async () => {
  const { headers } = await get('/pypi/requests/json');
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'max-age=900, public',
    'access-control-expose-headers': 'X-PyPI-Last-Serial',
    vary: 'Accept-Encoding',
  });
  const etag = String(headers['etag']);
  expect(etag).toMatch(/^"[\w+/]{22}"$/);
  const known = await get('/pypi/requests/json', { 'if-none-match': etag });
  expect(known).toMatchObject({ status: 304, text: '', headers: { etag } });
  expect(await get('/pypi/requests/json', { 'if-none-match': '"x"' })).toMatchObject({
    status: 200,
  });
});

test('a release has the shape of PyPI’s answers, without `releases`', async () => {
  const { info, urls } = releaseShape.parse(
    JSON.parse((await get('/pypi/requests/2.31.0/json')).text),
  );
  expect(info).toMatchObject({ version: '2.31.0', license: 'Apache 2.0', yanked: false });
  expect(urls.map(({ filename }) => filename)).toEqual([
    'requests-2.31.0-py3-none-any.whl',
    'requests-2.31.0.tar.gz',
  ]);
});

test.each([
  ['sample-pre-release', '1.0rc1', false],
  ['sample-epoch', '1!0.5', false],
  ['sample-yanked', '1.1', true],
  ['sample-several-yanked', '1.1', false],
  ['sample-non-pep440', '2004-03-r2', false],
])('the latest release of %s is %s', async (name, version, yanked) => {
  const { text } = await get(`/pypi/${name}/json`);
  expect(JSON.parse(text)).toMatchObject({ info: { version, yanked } });
});

test('an answer in the shape of 2016 has no ETag, no last_serial and no yanked', async () => {
  const { headers, text } = await get('/pypi/sample-legacy/json');
  expect(headers).not.toHaveProperty('etag');
  expect(JSON.parse(text)).toMatchObject({ info: { license: 'UNKNOWN', version: '0.2.1' } });
  expect(text).not.toMatch(/last_serial|yanked/);
});

test.each([
  ['/pypi/Flask/json', '/pypi/flask/json'],
  ['/pypi/sample.dotted._-name/json', '/pypi/sample-dotted-name/json'],
  ['/pypi/requests/json/', '/pypi/requests/json'],
])('%s leads to %s', async (path, location) => {
  expect(await get(path)).toMatchObject({ status: 301, headers: { location } });
});

test.each(['/pypi/not-there/json', '/pypi/requests/99/json'])('%s is not found', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, text: '{"message": "Not Found"}' });
});

describe('pypistats.org', () => {
  test('counts downloads', async () => {
    const { headers, text } = await get('/api/packages/sample-billions/recent');
    expect(headers['content-type']).toBe('application/json');
    expect(recentShape.parse(JSON.parse(text))).toEqual({
      data: { last_day: 999_999_999, last_week: 2_999_999_999, last_month: 12_345_678_901 },
      package: 'sample-billions',
      type: 'recent_downloads',
    });
  });

  test('answers unknown names, and names in upper case, in plain text', async () => {
    for (const name of ['sample-uncounted', 'not-there', 'Flask'])
      expect(await get(`/api/packages/${name}/recent`)).toMatchObject({ status: 404, text: '404' });
  });

  test('refuses requests over its limits, in HTML and without Retry-After', async () => {
    standIn.misbehave({ api: 'pypistats', mode: 'limited' });
    const replies = [];
    for (let count = 0; count < 40; count += 1)
      replies.push(await get('/api/packages/flask/recent'));
    standIn.behave();
    const refused = replies.find(({ status }) => status === 429);
    expect(replies[0]).toMatchObject({ status: 200 });
    expect(refused?.text).toBe('<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>');
    expect(refused?.headers).not.toHaveProperty('retry-after');
  });
});
