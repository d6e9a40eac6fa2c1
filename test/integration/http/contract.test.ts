import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../../src/badges/catalog.ts';
import { examplePaths } from '../../../src/badges/urls.ts';
import { startService, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** A path without its extension, and what its badge shows. */
type Row = [path: string, label: string, message: string, color: string];

async function expectBadge([path, label, message, color]: Row): Promise<void> {
  const [stem = '', query] = path.split('?');
  const suffix = query === undefined ? '' : `?${query}`;
  const response = await service.get(`${stem}.json${suffix}`);
  expect(await response.json()).toMatchObject({ schemaVersion: 1, label, message, color });
}

describe('every kind in every grammar', () => {
  test.each<Row>([
    ['/v/requests/badge', 'pypi', '2.32.3', 'brightgreen'],
    ['/version/requests/badge', 'pypi', '2.32.3', 'brightgreen'],
    ['/version/requests/badge?text=version', 'version', '2.32.3', 'brightgreen'],
    ['/pypi/v/requests', 'pypi', 'v2.32.3', 'blue'],
    ['/pypi/v/requests/2.31.0', 'pypi', 'v2.31.0', 'blue'],
    ['/pypi/v/requests/2.32.0', 'pypi', 'v2.32.0 (yanked)', 'red'],
    ['/pypi/v/requests?prefix=none', 'pypi', '2.32.3', 'blue'],
    ['/py/requests', 'pypi package', '2.32.3', 'brightgreen'],
    ['/pypi/v/sample-epoch', 'pypi', 'v1!0.5', 'orange'],
    ['/pypi/v/sample-zero', 'pypi', 'v0', 'orange'],
    ['/pypi/v/sample-pre-release', 'pypi', 'v1.0rc1', 'orange'],
    ['/pypi/v/sample-non-pep440', 'pypi', 'v2004-03-r2', 'lightgrey'],
    ['/version/sample-yanked/badge', 'pypi', '1.1 (yanked)', 'red'],
    ['/d/requests/badge', 'downloads', '980M/month', 'brightgreen'],
    ['/download/requests/badge?period=week', 'downloads', '230M/week', 'brightgreen'],
    ['/d/sample-nearly-a-million/badge', 'downloads', '1M/month', 'brightgreen'],
    ['/d/requests/badge?number=full', 'downloads', '980,000,000/month', 'brightgreen'],
    ['/d/sample-nearly-a-million/badge?number=si', 'downloads', '1M/month', 'brightgreen'],
    ['/pypi/dm/requests?number=full', 'downloads', '980,000,000/month', 'brightgreen'],
    ['/pypi/dd/sample-few-downloads', 'downloads', '9/day', 'yellow'],
    ['/pypi/dw/sample-few-downloads', 'downloads', '99/week', 'yellowgreen'],
    ['/pypi/dm/sample-few-downloads', 'downloads', '999/month', 'green'],
    ['/pypi/dm/sample-uncounted', 'downloads', '0/month', 'red'],
    ['/d/sample-uncounted/badge', 'downloads', '0/month', 'brightgreen'],
    ['/license/flask/badge', 'license', 'BSD-3-Clause', 'blue'],
    ['/pypi/l/flask', 'license', 'BSD-3-Clause', 'green'],
    ['/pypi/license/sample-license-or', 'license', 'MIT OR GPL-3.0-only', 'green'],
    ['/license/sample-license-none/badge', 'license', 'unknown', 'red'],
    ['/pypi/l/sample-license-none', 'license', 'missing', 'red'],
    ['/py_versions/sample-pythons/badge', 'python', '2.7, 3.9, 3.10, 3.11, 3.13', 'blue'],
    ['/pypi/pyversions/sample-pythons', 'python', '2.7 | 3.9 | 3.10 | 3.11 | 3.13', 'blue'],
    ['/py_versions/sample-pythons/badge?range', 'python', '2.7, 3.9 – 3.11, 3.13', 'blue'],
    ['/pypi/pyversions/sample-pythons?range=', 'python', '2.7 | 3.9 – 3.11 | 3.13', 'blue'],
    ['/pypi/python/sample-pythons?range=0', 'python', '2.7 | 3.9 | 3.10 | 3.11 | 3.13', 'blue'],
    ['/pypi/python/flask', 'python', '>=3.9', 'blue'],
    ['/implementation/sample-pythons/badge', 'implementation', 'cpython, pypy', 'blue'],
    ['/pypi/implementation/flask', 'implementation', 'cpython', 'blue'],
    ['/status/sample-statuses/badge', 'status', 'stable', 'brightgreen'],
    ['/pypi/status/sample-status-4', 'status', 'beta', 'yellow'],
    ['/wheel/sample-wheel-only/badge', 'wheel', 'yes', 'brightgreen'],
    ['/pypi/wheel/sample-sdist-only', 'wheel', 'no', 'red'],
    ['/egg/sample-egg/badge', 'egg', 'yes', 'red'],
    ['/pypi/egg/sample-wheel-only', 'egg', 'no', 'brightgreen'],
    ['/format/sample-egg/badge', 'format', 'egg', 'red'],
    ['/pypi/format/sample-no-files', 'format', 'source', 'yellow'],
    ['/types/sample-stubs/badge', 'types', 'stubs', 'brightgreen'],
    ['/pypi/types/sample-status-1', 'types', 'untyped', 'red'],
    ['/requires/flask/badge', 'python', '>=3.9', 'blue'],
    ['/pypi/requires/sample-python-none', 'python', 'missing', 'red'],
    [
      '/pypi/frameworkversions/django/sample-frameworks',
      'django versions',
      '4.2 | 5.2 | 10.0',
      'blue',
    ],
    ['/pypi/djversions/sample-frameworks', 'django versions', '4.2 | 5.2 | 10.0', 'blue'],
    ['/pypi/frameworkversions/zope/flask', 'zope versions', 'missing', 'red'],
    ['/badge/docs-passing-brightgreen', 'docs', 'passing', 'brightgreen'],
    ['/badge/a--b-c__d_e-ff69b4', 'a-b', 'c_d e', '#ff69b4'],
    ['/badge/just_a_message-red', '', 'just a message', 'red'],
  ])('%s shows %s, %s in %s', async (...row) => {
    await expectBadge(row);
  });
});

test.each(KINDS.flatMap((kind) => examplePaths(kind, 'json').map((path) => ({ path, kind }))))(
  'the catalog’s example $path is a badge of its kind',
  async ({ path, kind }) => {
    const response = await service.get(path);
    expect(response.headers.get('x-badge-status')).toBe('ok');
    expect(response.headers.get('xkey')).toContain(`kind/${kind.id}`);
    expect(await response.json()).toMatchObject({ label: kind.label });
  },
);

describe('names and extensions', () => {
  test.each<Row>([
    ['/version/Flask/badge', 'pypi', '3.1.2', 'brightgreen'],
    ['/version/sample-dotted-name/badge', 'pypi', '3.1', 'brightgreen'],
    ['/version/Sample__Dotted.Name/badge', 'pypi', '3.1', 'brightgreen'],
    ['/pypi/v/sample.dotted.name', 'pypi', 'v3.1', 'blue'],
    ['/pypi/v/sample.svg', 'pypi', 'v1.0', 'blue'],
    ['/version/7sample/badge', 'pypi', '7.7', 'brightgreen'],
    ['/version/z/badge', 'pypi', '0.0.1', 'brightgreen'],
  ])('finds %s', async (...row) => {
    await expectBadge(row);
  });

  test('answers all spellings of a project alike, with one origin fetch and no redirect', async () => {
    const spellings = ['sample_under_score', 'Sample-Under.Score', 'sample--under__score'];
    const before = service.standIn.requests.length;
    const responses = await Promise.all(
      spellings.map((name) => service.get(`/pypi/v/${name}.svg`, { redirect: 'error' })),
    );
    expect(new Set(responses.map(({ headers }) => headers.get('etag'))).size).toBe(1);
    expect(service.standIn.requests.slice(before).map(({ path }) => path)).toEqual([
      '/pypi/sample-under-score/json',
    ]);
  });

  test.each([
    ['/pypi/v/flask', 'image/svg+xml; charset=utf-8'],
    ['/py/flask', 'image/svg+xml; charset=utf-8'],
    ['/badge/a-b-red', 'image/svg+xml; charset=utf-8'],
    ['/v/flask/badge.svg', 'image/svg+xml; charset=utf-8'],
    ['/v/flask/badge.png', 'image/png'],
    ['/v/flask/badge.jpg', 'image/jpeg'],
    ['/v/flask/badge.jpeg', 'image/jpeg'],
    ['/v/flask/badge.gif', 'image/gif'],
    ['/v/flask/badge.tiff', 'image/tiff'],
    ['/v/flask/badge.tif', 'image/tiff'],
    ['/v/flask/badge.webp', 'image/webp'],
    ['/v/flask/badge.json', 'application/json; charset=utf-8'],
  ])('%s is %s', async (path, type) => {
    const response = await service.get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(40);
  });
});

describe('parameters', () => {
  const words = '/badge/left-right-blue.json';
  test.each([
    [`${words}?label=other`, { label: 'other' }],
    [`${words}?label=`, { label: '' }],
    [`${words}?color=critical`, { color: 'red' }],
    [`${words}?color=ABC`, { color: '#abc' }],
    [`${words}?color=rebeccapurple`, { color: '#663399' }],
    [`${words}?colorB=orange&colorA=333`, { color: 'orange', labelColor: '#333' }],
    [`${words}?labelColor=nonsense`, { color: 'blue' }],
    [`${words}?color=constructor`, { color: 'blue' }],
    [`${words}?style=popout-square`, { style: 'flat-square' }],
    ['/badge/a%00%1b%E2%80%AEb-c-red.json', { label: 'ab' }],
  ])('%s shows %o', async (path, shown) => {
    expect(await service.twin(path)).toMatchObject(shown);
  });

  test('JSON has the keys of shields.io and no others', async () => {
    const full = await service.twin('/v/flask/badge.json?labelColor=red&style=social');
    expect(full).toEqual({
      schemaVersion: 1,
      label: 'pypi',
      message: '3.1.2',
      color: 'brightgreen',
      labelColor: 'red',
      style: 'social',
      cacheSeconds: 300,
    });
  });

  test('unknown parameters change nothing', async () => {
    const [plain, busted] = await Promise.all([
      service.get('/v/flask/badge.svg'),
      service.get('/v/flask/badge.svg?cachebust=17&version=2&style=flat'),
    ]);
    expect(busted.headers.get('etag')).toBe(plain.headers.get('etag'));
  });

  test('an SVG has an accessible name', async () => {
    const svg = await (await service.get('/v/flask/badge.svg')).text();
    expect(svg).toContain('role="img"');
    expect(svg).toContain('aria-label="pypi: 3.1.2"');
    expect(svg).toContain('<title>pypi: 3.1.2</title>');
  });
});

describe('error badges', () => {
  test.each([
    ['/version/no-such-project/badge', 'pypi', 'not found', 'red', 'not-found', 404],
    ['/pypi/v/no-such-project', 'pypi', 'package or version not found', 'red', 'not-found', 404],
    ['/pypi/v/requests/9.9', 'pypi', 'package or version not found', 'red', 'not-found', 404],
    ['/pypi/v/badge', 'pypi', 'package or version not found', 'red', 'not-found', 404],
    ['/version/badge/badge', 'pypi', 'not found', 'red', 'not-found', 404],
    [
      '/pypi/dm/no-such-project',
      'downloads',
      'package or version not found',
      'red',
      'not-found',
      404,
    ],
    ['/py/no-such-project', 'pypi package', 'not found', 'red', 'not-found', 404],
    ['/license/no..such/badge?label=mine&color=blue', 'mine', 'not found', 'red', 'not-found', 404],
    ['/license/-/badge', 'license', 'invalid name', 'red', 'invalid', 400],
    ['/pypi/v/requests/..%2f..', 'pypi', 'invalid name', 'red', 'invalid', 400],
    ['/color/requests/badge', '404', 'badge not found', 'red', 'not-found', 404],
    ['/pypi/dm/requests/2.31.0', '404', 'badge not found', 'red', 'not-found', 404],
    ['/pypi/frameworkversions/rails/requests', '404', 'badge not found', 'red', 'not-found', 404],
    ['/badge/nothing', '404', 'badge not found', 'red', 'not-found', 404],
    ['/', '404', 'badge not found', 'red', 'not-found', 404],
  ])('%s shows %s, %s', async (path, label, message, color, verdict, status) => {
    const [stem = '', query = ''] = path.split('?');
    const twin = await service.get(`${stem}.json?${query}`);
    expect(twin.status).toBe(status);
    expect(await twin.json()).toMatchObject({ label, message, color, isError: true });

    const picture = await service.get(`${stem}.svg?${query}`);
    expect(picture.status).toBe(200);
    expect(picture.headers.get('x-badge-status')).toBe(verdict);
    expect(picture.headers.get('cache-control')).toBe('public, max-age=60');
    expect(await picture.text()).toContain(`${label}: ${message}`);

    const strict = await service.get(`${stem}.png?${query}&strict=1`);
    expect(strict.status).toBe(status);
    expect(strict.headers.get('content-type')).toBe('image/png');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PURGE'])(
    '%s is answered with 405',
    async (method) => {
      const response = await service.get('/version/requests/badge.svg', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    },
  );
});
