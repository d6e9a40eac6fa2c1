import { hash } from 'node:crypto';
import { Agent as HttpAgent, createServer, get, type Server } from 'node:http';
import { once } from 'node:events';
import fc from 'fast-check';
import Koa from 'koa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { KINDS } from '../../../src/badges/catalog.ts';
import { toBadgeError } from '../../../src/errors.ts';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { EXTENSION_NAMES, PAGES } from '../../../src/http/paths.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { createRoutes } from '../../../src/http/routes.ts';
import type { SendBadge } from '../../../src/http/badges/send.ts';
import type { BadgeContext, BadgeState } from '../../../src/http/state.ts';
import { canonicalTarget } from '../../../src/http/target.ts';
import { isRelease, normalizeName } from '../../../src/facts/names.ts';
import { isMissing } from '../../support/programs.ts';
import { startVarnish, type TestVarnish } from '../../support/varnish.ts';

/*
 * What the edge makes of a URL must mean to the API what the URL itself means. The API's own router, parameters and names
 * say here what a URL means; a real varnishd stands in front of them, or not.
 */
const RUNS = 1000;

let server: Server;
let varnish: TestVarnish;
let direct: string;
const agent = new HttpAgent({ keepAlive: true });

function isPage(path: string): boolean {
  return PAGES.some((page) =>
    page.endsWith('*') ? path.startsWith(page.slice(0, -1)) : path === page,
  );
}

/** Everything that decides a picture and its headers, with defaults filled in. */
function meaningOf(ctx: BadgeContext, asked: object): object {
  const { grammar, format, parameters } = ctx.state;
  const { hasStyle, scale, content, ...others } = parameters;
  const prefix = content.prefix ?? (grammar === 'shields' ? 'v' : 'none');
  return {
    ...asked,
    grammar,
    format,
    ...others,
    // Only a kind reads them.
    content: 'kind' in asked ? { period: 'month', text: 'pypi', ...content, prefix } : {},
    ...(format === 'json' ? { hasStyle } : {}),
    ...(format === 'svg' || format === 'json' ? {} : { scale: scale ?? 1 }),
  };
}

/** The API's way from a URL to what it asks for, which it answers with instead of a picture. */
function createReader(): Koa<BadgeState> {
  const app = new Koa<BadgeState>();
  const answer = (ctx: BadgeContext, asked: object): Promise<void> => {
    ctx.set('X-Badge-Status', 'ok');
    ctx.body = meaningOf(ctx, asked);
    return Promise.resolve();
  };
  const sendBadge: SendBadge = {
    ofProject(ctx, { kind, name, release }) {
      if (kind === undefined) return answer(ctx, { nothing: true });
      const project = normalizeName(name);
      const isValid = project !== undefined && (release === undefined || isRelease(release));
      return answer(ctx, { kind: kind.id, ...(isValid ? { project, release } : { valid: false }) });
    },
    ofContent: (ctx, words) => answer(ctx, { words }),
  };
  const routes = createRoutes({
    sendBadge,
    sendStatus: (ctx) => void answer(ctx, { content: 'status' }),
    refresh: (ctx, name) => answer(ctx, { name }),
  });
  const nothing = (): undefined => undefined;
  app.use(
    requestContext({
      logAccess: nothing,
      microCache: { respond: () => false, store: nothing },
      rateLimit: { charge: () => 0, isTrusted: () => false },
    }),
  );
  app.use(async (ctx, next) => {
    await next().catch((error: unknown) => {
      const { code } = toBadgeError(error);
      if (code === 'internal') throw error;
      return answer(ctx, code === 'no-badge' ? { nothing: true } : { code });
    });
  });
  app.use((ctx, next) => {
    if (!isPage(ctx.path)) return next();
    ctx.set('X-Badge-Status', 'ok');
    ctx.body = { page: ctx.path, ...(ctx.path.startsWith('/api/') && { query: ctx.querystring }) };
    return undefined;
  });
  app.use(routes.routes());
  app.use((ctx) => answer(ctx, { nothing: true }));
  return app;
}

beforeAll(async () => {
  const handle = createReader().callback();
  server = createServer((request, response) => {
    const asked = request.url ?? '';
    response.setHeader('Canonical', asked);
    request.url = canonicalTarget(asked);
    if (request.url === '/-/ready') response.end();
    else void handle(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  direct = `http://127.0.0.1:${port}`;
  varnish = await startVarnish({ nodes: [direct] });
});
afterAll(async () => {
  agent.destroy();
  await varnish.stop();
  server.close();
});

interface Read {
  readonly canonical: string;
  readonly meaning: unknown;
}

/** Asks for a URL byte for byte: `fetch` would have its own idea of it. */
function read(origin: string, path: string): Promise<Read> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const canonical = z.string().parse(response.headers['canonical']);
        resolve({ canonical, meaning: JSON.parse(Buffer.concat(chunks).toString()) });
      });
    }).on('error', reject);
  });
}

const oneOf = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const textOf = (characters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: 1, maxLength });
const anyCase = (word: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(word, fc.infiniteStream(fc.boolean())).map(([text, upper]) =>
    text
      .split('')
      .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter))
      .join(''),
  );

const name = fc.oneof(
  { weight: 4, arbitrary: textOf('aZ09-_.', 12) },
  oneOf('requests', 'Zope.Interface', 'foo.svg', '.svg', 'a%2Eb', 'a~b', 'v', 'badge'),
  oneOf('a'.repeat(100), 'a'.repeat(101), `a${'_'.repeat(99)}b`, `${'a'.repeat(99)}.b`),
);
const extension = anyCase(oneOf(...EXTENSION_NAMES, 'svg', 'avif', '1'));
const ending = fc.oneof(
  fc.constant(''),
  extension.map((text) => `.${text}`),
);
const release = fc.oneof(textOf('1aR.!+_-', 8), oneOf('2.31.0', '1.0.json', '1..0', '.svg'));
const kindsOf = (grammar: 'pypip' | 'shields'): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: oneOf(...KINDS.flatMap(({ names }) => names[grammar] ?? [])) },
    oneOf('V', 'Version', 'no-such', 'py', 'pypi', 'frameworkversions', 'a%20b'),
  );
const word = fc.oneof(
  { weight: 3, arbitrary: textOf('aZ-_.&=~@', 8) },
  oneOf('%2F', '%', '%zz', '%41', '%e4%bd%a0', '%ff', 'v1', 'dynamic', 'endpoint', 'blue', ''),
);
const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('/'));
const plainPath = fc.oneof(
  fc.tuple(kindsOf('pypip'), name, extension).map(([k, n, e]) => `/${k}/${n}/badge.${e}`),
  fc.tuple(kindsOf('shields'), name, ending).map(([k, n, e]) => `/pypi/${k}/${n}${e}`),
  fc
    .tuple(kindsOf('shields'), name, release, ending)
    .map(([k, n, r, e]) => `/pypi/${k}/${n}/${r}${e}`),
  fc
    .tuple(name, oneOf('', '@1x', '@2x', '@4x', '@5x', '@2X', '@'), ending)
    .map(([n, s, e]) => `/py/${n}${s}${e}`),
  fc.tuple(name, ending).map(([n, e]) => `/pepy/dt/${n}${e}`),
  fc
    .tuple(oneOf('/badge/', '/:', '/static/', '/%62adge/', '/%3A'), text, ending)
    .map(([start, words, e]) => `${start}${words}${e}`),
  fc.tuple(oneOf('/static/v1'), ending).map((parts) => parts.join('')),
  oneOf(...PAGES.map((page) => page.replace('*', 'A.b/badge.SVG'))).filter(
    (page) => !page.startsWith('/-'),
  ),
  textOf('aZ/.-_', 15)
    .filter((letters) => !/^[/-]/.test(letters))
    .map((letters) => `/${letters}`),
);
/** With slashes doubled, and added at the end. */
const path = fc
  .tuple(plainPath, fc.infiniteStream(oneOf('/', '/', '/', '//', '///')), oneOf('', '', '/', '//'))
  .map(([plain, slashes, end]) => plain.replaceAll('/', () => slashes.next().value) + end)
  .filter((spelled) => !/^\/+-/.test(spelled));

const value = fc.oneof(
  { weight: 2, arbitrary: oneOf('flat', 'popout', 'popout-square', 'social', 'plastic', 'flat+') },
  { weight: 2, arbitrary: oneOf('1', '2', '4', '5', '0', '300', 'v', 'none', 'pypi', 'version') },
  oneOf('day', 'week', 'month', 'year', 'red', '', 'fl%61t', '%31', 'a=b', 'a?b', 'a;b', 'a+b'),
  textOf('aZ0=?+-_.~', 8),
);
const assignment = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(oneOf(...PARAMETERS.map((parameter) => parameter.name)), value)
      .map((p) => p.join('=')),
  },
  oneOf(...PARAMETERS.map((parameter) => parameter.name)),
  fc
    .tuple(oneOf('x', 'Style', 'styles', 'labels', 'utm_source', ''), value)
    .map((p) => p.join('=')),
);
const query = fc.array(assignment, { maxLength: 6 }).map((all) => all.join('&'));
const url = fc.tuple(path, query).map(([p, q]) => (q === '' ? p : `${p}?${q}`));

test.skipIf(isMissing('varnishd'))(
  'the canonical URL means what the URL means, and stays as it is',
  async () => {
    await fc.assert(
      fc.asyncProperty(url, async (asked) => {
        const [meant, atEdge] = await Promise.all([read(direct, asked), read(varnish.url, asked)]);
        expect(atEdge.meaning).toEqual(meant.meaning);
        const again = await read(varnish.url, atEdge.canonical);
        expect(again.canonical).toBe(atEdge.canonical);
      }),
      { numRuns: RUNS },
    );
  },
);

test.skipIf(isMissing('varnishd'))('spellings of one badge have one URL', async () => {
  const pairs = fc.uniqueArray(
    fc.tuple(oneOf(...PARAMETERS.map((parameter) => parameter.name)), textOf('aZ1', 5)),
    {
      selector: ([key]) => key,
      minLength: 2,
    },
  );
  await fc.assert(
    fc.asyncProperty(pairs, fc.nat(), anyCase(fc.constant('zope')), async (all, turn, word) => {
      const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)];
      const write = (each: typeof all): string => each.map((p) => p.join('=')).join('&');
      const one = await read(varnish.url, `/version/zope-interface/badge.svg?${write(all)}`);
      const other = await read(
        varnish.url,
        `/version/${word}_.Interface/badge.SVG?x=${hash('md5', word)}&${write(turned)}`,
      );
      expect(other.canonical).toBe(one.canonical);
    }),
    { numRuns: RUNS / 4 },
  );
});
