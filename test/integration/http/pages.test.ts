import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { escapeHtml } from '../../../page/shared/snippets.js';
import { KINDS } from '../../../src/badges/catalog.ts';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { startService, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** Asks without decoding the body. */
async function ask(
  path: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' = 'GET',
) {
  const response = await request(service.url + path, { method, headers });
  const body = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, body };
}

async function textOf(path: string): Promise<string> {
  return (await ask(path)).body.toString();
}

/** Returns the URLs of this host that a page loads at once. */
function loadedBy(page: string): string[] {
  return Array.from(page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g), ([, url]) => url ?? '');
}

const DOCUMENTS = ['/', '/?project=requests', '/docs', '/status'];

test.each(DOCUMENTS)('%s is HTML that may load and run only what this host has', async (path) => {
  const { status, headers, body } = await ask(path);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    vary: 'Accept-Encoding',
    'x-badge-status': 'ok',
    'x-content-type-options': 'nosniff',
  });
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  expect(body.toString()).not.toMatch(/<[^>]+\s(?:style|on\w+)=|(?:src|srcset)="(?:https?:)?\/\//);
});

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/docs', 'text/html; charset=utf-8', 'no-cache'],
  ['/llms.txt', 'text/plain; charset=utf-8', 'no-cache'],
  ['/openapi.json', 'application/json; charset=utf-8', 'no-cache'],
  ['/robots.txt', 'text/plain; charset=utf-8', 'no-cache'],
  ['/favicon.ico', 'image/x-icon', 'no-cache'],
  ['/assets/old/page.css', 'text/css; charset=utf-8', 'no-cache'],
  ['/assets/any/logos.json', 'application/json; charset=utf-8', 'no-cache'],
])(
  '%s is %s, asked for each time, and 304 where the client has it',
  async (path, type, caching) => {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': caching });
    const etag = z.string().parse(headers['etag']);
    const again = await ask(path, { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, headers: { etag } });
    expect(again.body).toHaveLength(0);
    const head = await ask(path, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, headers: { etag, 'content-type': type } });
    expect(head.body).toHaveLength(0);
  },
);

describe('assets', () => {
  test('have URLs that change with their content, so that they are kept for a year', async () => {
    const urls = loadedBy(await textOf('/'));
    expect(urls.length).toBeGreaterThan(10);
    expect(new Set(urls.map((url) => url.split('/')[2])).size).toBe(1);
    for (const url of urls) {
      const { status, headers } = await ask(url);
      expect([url, status]).toEqual([url, 200]);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
  });

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('are compressed by %s for clients that accept it', async (encoding, decompress) => {
    const url = loadedBy(await textOf('/')).find((each) => each.endsWith('.css')) ?? '';
    const plain = await ask(url);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const { headers, body } = await ask(url, { 'accept-encoding': `deflate, ${encoding};q=0.8` });
    expect(headers['content-encoding']).toBe(encoding);
    expect(body.length).toBeLessThan(plain.body.length / 2);
    expect(decompress(body)).toEqual(plain.body);
    const refused = await ask(url, { 'accept-encoding': `${encoding};q=0` });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  test('are few bytes: the first view takes less than 40 kB', async () => {
    const accepted = { 'accept-encoding': 'br' };
    const first = await ask('/', accepted);
    const urls = new Set(loadedBy(await textOf('/')));
    const sizes = await Promise.all(
      [...urls].map(async (url) => (await ask(url, accepted)).body.length),
    );
    expect(sizes.reduce((sum, size) => sum + size, first.body.length)).toBeLessThan(40_000);
  });
});

describe('what fails is a page or JSON, never a picture', () => {
  test.each([
    ['/docs/nothing', 404, 'text/html; charset=utf-8', 'not-found'],
    ['/assets/x/..%2F..%2Fpackage.json', 404, 'application/json; charset=utf-8', 'not-found'],
    ['/assets/x/types.ts', 404, 'text/html; charset=utf-8', 'not-found'],
    ['/docs/nothing.json', 404, 'application/json; charset=utf-8', 'not-found'],
    [`/?project=${'x'.repeat(11_000)}`, 400, 'text/html; charset=utf-8', 'invalid'],
  ])('%.40s is %i', async (path, status, type, verdict) => {
    const { headers, ...answer } = await ask(path);
    expect(answer.status).toBe(status);
    expect(headers).toMatchObject({ 'content-type': type, 'x-badge-status': verdict });
    expect(headers['cache-control']).toBe('no-store');
  });

  test('other methods are refused', async () => {
    for (const path of [...DOCUMENTS, '/openapi.json', '/assets/x/page.css']) {
      const { status, headers } = await ask(path, {}, 'POST');
      expect([path, status, headers['allow']]).toEqual([path, 405, 'GET, HEAD']);
      expect(headers['content-type']).toMatch(/html|json/);
    }
  });
});

describe('the first page without scripts', () => {
  test('shows every kind of badge of a project, and what to copy', async () => {
    const page = await textOf('/?project=requests&style=plastic&as=html');
    for (const { id } of KINDS) expect(page).toContain(`data-key="${id}"`);
    expect(page).toContain('src="/pypi/v/requests.svg?style=plastic"');
    expect(page).toContain(
      `&lt;img src=&quot;${service.url}/pypi/v/requests.svg?style=plastic&quot;`,
    );
    expect(page).toMatch(/<option value="html" selected>/);
    expect(page).toMatch(/value="plastic"\s+checked/);
  });

  test('converts a URL, and says what is lost', async () => {
    const url = 'https://img.shields.io/pypi/v/requests?link=x&style=social';
    const page = await textOf(`/?project=${encodeURIComponent(url)}`);
    expect(page).toContain('src="/pypi/v/requests?style=social"');
    expect(page).toContain('a picture has no links');
  });

  test('puts nothing of its query into the page as HTML', async () => {
    const attack = `</textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>"'`;
    const names = ['project', 'as', 'file', 'darkColor', ...PARAMETERS.map(({ name }) => name)];
    for (const project of [attack, 'requests']) {
      const query = names.map(
        (name) => `${name}=${encodeURIComponent(name === 'project' ? project : attack)}`,
      );
      const page = await textOf(`/?${query.join('&')}`);
      expect(page).not.toContain('alert(1)</script>');
      expect(page).not.toContain('<img src=x');
      expect(page.match(/<script/g)).toHaveLength(2);
    }
  });

  test('behind an edge, whose answers many hosts share, URLs are those of PUBLIC_URL', async () => {
    const other = await startService({ PUBLIC_URL: 'https://badges.example/' });
    try {
      const page = await (await other.get('/?project=requests')).text();
      expect(page).toContain('(https://badges.example/pypi/v/requests.svg)');
    } finally {
      await other.close();
    }
    const { body } = await ask('/?project=requests', { host: 'pypins' });
    expect(body.toString()).toContain('(/pypi/v/requests.svg)');
  });
});

describe('documents', () => {
  test('/docs shows every kind and every parameter', async () => {
    const page = (await textOf('/docs')).replaceAll(/<\/?code>/g, '`');
    const missing = [
      ...KINDS.map(({ about }) => escapeHtml(about)),
      ...PARAMETERS.map(({ name }) => `\`${name}\``),
    ].filter((text) => !page.includes(text));
    expect(missing).toEqual([]);
  });

  test('every badge on /docs can be drawn', async () => {
    const page = await textOf('/docs');
    const paths = Array.from(
      page.matchAll(/<img src="(\/[^"]+)" alt="" loading/g),
      ([, path]) => path ?? '',
    );
    expect(paths.length).toBeGreaterThan(50);
    for (const path of new Set(paths)) {
      const { headers } = await ask(path.replaceAll('&amp;', '&'));
      expect([path, headers['x-badge-status']]).toEqual([path, 'ok']);
    }
  });

  test('/llms.txt has the form of llmstxt.org', async () => {
    const text = await textOf('/llms.txt');
    expect(text).toMatch(/^# pypins\n\n> /);
    for (const [, path = ''] of text.matchAll(/\]\((\/[^)]*)\)/g))
      expect((await ask(path)).status).toBe(200);
  });
});
