import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normalize } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn } from '../../../sample/stand-in.ts';
import { ask } from './ask.ts';
import { projectShape, releaseShape } from './shapes.ts';

const standIn = createStandIn({ projects: sampleProjects });
beforeAll(() => standIn.listen());
afterAll(() => standIn.close());

const get = (path: string, headers?: Record<string, string>) => ask(standIn.url + path, headers);
const infoOf = async (path: string) =>
  projectShape.partial({ releases: true }).parse(JSON.parse((await get(path)).text)).info;

describe('a project', () => {
  const modern = sampleProjects.filter(({ shape }) => shape === undefined);

  test.each(modern)('$name ($shows) has the shape of PyPI’s answers', async ({ name }) => {
    const { status, headers, text } = await get(`/pypi/${normalize(name)}/json`);
    expect(status).toBe(200);
    const document = projectShape.parse(JSON.parse(text));
    expect(document.info.name).toBe(name);
    expect(document.urls).toEqual(document.releases[document.info.version]);
    expect(headers['x-pypi-last-serial']).toBe(String(document.last_serial));
  });

  test('comes with PyPI’s headers', async () => {
    const { headers } = await get('/pypi/requests/json');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'max-age=900, public',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'X-PyPI-Last-Serial',
      vary: 'Accept-Encoding',
    });
    expect(headers['etag']).toMatch(/^"[\w+/]{22}"$/);
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test('has a serial of its own', async () => {
    const serials = await Promise.all(
      modern.map(async ({ name }) => (await get(`/pypi/${normalize(name)}/json`)).headers),
    );
    expect(new Set(serials.map((headers) => headers['x-pypi-last-serial'])).size).toBe(
      modern.length,
    );
  });

  test('comes packed for whoever takes gzip', async () => {
    const plain = await get('/pypi/requests/json', { 'accept-encoding': 'gzip;q=0' });
    const { headers, body } = await request(`${standIn.url}/pypi/requests/json`, {
      headers: { 'accept-encoding': 'br, gzip' },
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers['etag']).toBe(plain.headers['etag']);
    expect(String(gunzipSync(await body.arrayBuffer()))).toBe(plain.text);
  });

  test('HEAD has the headers and no body', async () => {
    const { headers } = await get('/pypi/requests/json');
    const head = await ask(`${standIn.url}/pypi/requests/json`, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe(headers['content-length']);
  });

  test('takes no other method', async () => {
    expect(await ask(`${standIn.url}/pypi/requests/json`, {}, 'PUT')).toMatchObject({
      status: 405,
    });
  });
});

describe('If-None-Match', () => {
  test.each([
    ['the ETag', (etag: string) => etag, 304],
    ['the ETag, weak', (etag: string) => `W/${etag}`, 304],
    ['a list with the ETag', (etag: string) => `"other", ${etag}`, 304],
    ['any', () => '*', 304],
    ['another ETag', () => '"other"', 200],
  ])('%s', async (_, condition, status) => {
    const { headers } = await get('/pypi/requests/json');
    const etag = String(headers['etag']);
    const again = await get('/pypi/requests/json', { 'if-none-match': condition(etag) });
    expect(again.status).toBe(status);
    expect(again.headers).toMatchObject({
      etag,
      'cache-control': 'max-age=900, public',
      'x-pypi-last-serial': headers['x-pypi-last-serial'],
    });
    expect(again.text === '').toBe(status === 304);
  });
});

describe('a release', () => {
  test('has the shape of PyPI’s answers, without `releases`', async () => {
    const { status, text } = await get('/pypi/requests/2.31.0/json');
    expect(status).toBe(200);
    const { info, urls } = releaseShape.parse(JSON.parse(text));
    expect(info).toMatchObject({
      version: '2.31.0',
      license: 'Apache 2.0',
      requires_python: '>=3.7',
      yanked: false,
    });
    expect(urls.map(({ filename }) => filename)).toEqual([
      'requests-2.31.0-py3-none-any.whl',
      'requests-2.31.0.tar.gz',
    ]);
  });

  test.each([
    ['sample-epoch', '1!0.5', '1!0.5'],
    ['sample-epoch', '1%210.5', '1!0.5'],
    ['sample-plain', '1.0', '1.0.0'],
    ['sample-non-pep440', '2004-03-r2', '2004-03-r2'],
    ['sample-local-version', '0.9%2Bcu118', '0.9+cu118'],
  ])('of %s is found by %s', async (name, asked, version) => {
    expect(await infoOf(`/pypi/${name}/${asked}/json`)).toMatchObject({ version });
  });

  test('that was yanked says so', async () => {
    const { yanked, yanked_reason: reason } = await infoOf('/pypi/requests/2.32.1/json');
    expect(yanked).toBe(true);
    expect(reason).toContain('Yanked');
  });
});

describe('the latest release', () => {
  test.each([
    ['requests', '2.32.3', false],
    ['django', '5.2.6', false],
    ['sample-pre-release', '1.0rc1', false],
    ['sample-dev-release', '2.0.dev7', false],
    ['sample-epoch', '1!0.5', false],
    ['sample-yanked', '1.1', true],
    ['sample-several-yanked', '1.1', false],
    ['sample-non-pep440', '2004-03-r2', false],
    ['sample-many-releases', '1.0.2499', false],
  ])('of %s is %s', async (name, version, yanked) => {
    expect(await infoOf(`/pypi/${name}/json`)).toMatchObject({ version, yanked });
  });
});

describe('a redirect', () => {
  test.each([
    ['/pypi/Flask/json', '/pypi/flask/json'],
    ['/pypi/sample_under_score/json', '/pypi/sample-under-score/json'],
    ['/pypi/sample.dotted._-name/json', '/pypi/sample-dotted-name/json'],
    ['/pypi/requests/json/', '/pypi/requests/json'],
    ['/pypi/Flask/3.1.2/json/', '/pypi/flask/3.1.2/json'],
    ['/pypi/Not.There/json', '/pypi/not-there/json'],
  ])('%s leads to %s', async (path, location) => {
    const { status, headers } = await get(path);
    expect({ status, location: headers['location'] }).toEqual({ status: 301, location });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });
});

describe('not found', () => {
  test.each(['/pypi/not-there/json', '/pypi/requests/99/json', '/pypi/%20/json'])(
    '%s is told in JSON',
    async (path) => {
      const { status, headers, text } = await get(path);
      expect({ status, text }).toEqual({ status: 404, text: '{"message": "Not Found"}' });
      expect(headers['content-type']).toBe('application/json');
      expect(headers).not.toHaveProperty('etag');
    },
  );

  test.each(['/', '/pypi/requests', '/simple/requests/', '/pypi/%zz/json', '//', '/-/behave'])(
    '%s is no path of the two APIs',
    async (path) => {
      const { status } = await get(path);
      expect(status).toBe(path.startsWith('/-/') ? 405 : 404);
    },
  );
});

test('a project with thousands of releases takes megabytes', async () => {
  const { text } = await get('/pypi/sample-many-releases/json');
  expect(text.length).toBeGreaterThan(3_000_000);
  expect(Object.keys(projectShape.parse(JSON.parse(text)).releases)).toHaveLength(2_500);
});

test('an answer in the shape of 2016 has no ETag, no last_serial and no yanked', async () => {
  const { headers, text } = await get('/pypi/sample-legacy/json');
  expect(headers).not.toHaveProperty('etag');
  expect(headers['content-type']).toBe('application/json; charset="UTF-8"');
  const document: unknown = JSON.parse(text);
  expect(document).toMatchObject({
    info: { license: 'UNKNOWN', _pypi_hidden: false, version: '0.2.1' },
    releases: { '0.1.8': [{ filename: 'sample-legacy-0.1.8.tar.gz' }] },
    urls: [{ packagetype: 'sdist' }],
  });
  expect(text).not.toMatch(/last_serial|yanked/);
});

test('a project whose fields are null keeps name and version', async () => {
  const { text } = await get('/pypi/sample-nulls/json');
  expect(JSON.parse(text)).toMatchObject({
    info: {
      name: 'sample-nulls',
      version: '1.0',
      classifiers: null,
      requires_python: null,
      yanked: null,
    },
    urls: null,
    vulnerabilities: null,
  });
});

test('hostile texts arrive as they are', async () => {
  const info = await infoOf('/pypi/sample-hostile/json');
  expect(info.version).toContain('<script>');
  expect(info.version).toContain('\u202E');
  expect(info.license).toContain('\u0000');
  expect(info.requires_python?.isWellFormed()).toBe(false);
  expect((await infoOf('/pypi/sample-long-version/json')).version).toHaveLength(300);
});
