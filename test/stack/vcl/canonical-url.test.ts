import { hash } from 'node:crypto';
import { Agent as HttpAgent, createServer, get, IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import fc from 'fast-check';
import Koa from 'koa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Kind } from '../../../src/badges/kind.ts';
import { toBadgeError } from '../../../src/errors.ts';
import { createTargets, type Targets } from '../../../src/http/urls/target.ts';
import { toHex } from '../../../src/imaging/color.ts';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { isPage } from '../../../src/http/urls/paths.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { readQuery } from '../../../src/http/api/api.ts';
import { createRoutes } from '../../../src/http/routes.ts';
import type { SendBadge } from '../../../src/http/badges/send.ts';
import type { BadgeContext, BadgeState } from '../../../src/http/state.ts';
import { isRelease, normalizeName } from '../../../src/facts/names.ts';
import { OWN_PARAMETERS, readState } from '../../../page/shared/state.js';
import { servedWith } from '../../../src/badges/catalog.ts';
import { createCatalog } from '../../../src/pages/catalog.ts';
import { isMissing } from '../../support/programs.ts';
import { startVarnish, type TestVarnish } from '../../support/edge/varnish.ts';
import { anyCase, oneOf, textOf, url } from './urls.ts';

/*
 * What the edge makes of a URL must mean to the API what the URL itself means. The API's own router, parameters and names
 * say here what a URL means; a real varnishd stands in front of them, or not.
 */
const RUNS = 1000;

let server: Server;
let varnish: TestVarnish;
let direct: string;
const agent = new HttpAgent({ keepAlive: true });
/** The target of each request as it arrived at the API. */
const arrived = new WeakMap<IncomingMessage, string>();

const catalog = createCatalog(servedWith(false));

/** What a page reads of its query. */
function queryOfPage({ path, query, querystring }: BadgeContext): object {
  if (path === '/') return readState(new URLSearchParams(querystring), catalog);
  return path.startsWith('/api/') ? query : {};
}

/** Everything that decides a picture and its headers, with defaults filled in, and without what the badge ignores. */
function meaningOf(ctx: BadgeContext, asked: object, kind?: Kind): object {
  const { grammar, format, parameters } = ctx.state;
  const { hasStyle, scale, strict, content, styling, cacheSeconds } = parameters;
  // Pictures show a color of the palette and its digits alike, and #aabbcc and #abc.
  const paint = (color?: string) =>
    format === 'json' ? color : color && toHex(color).replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
  const prefix = grammar === 'shields' ? 'v' : 'none';
  const defaults: Record<string, unknown> = {
    period: 'month',
    text: 'pypi',
    prefix,
    range: false,
    include_prereleases: false,
  };
  const { text: word = kind?.label } = grammar === 'pypip' && kind?.id === 'version' ? content : {};
  return {
    ...asked,
    grammar,
    format,
    cacheSeconds,
    ...styling,
    label: styling.label ?? word,
    color: paint(styling.color),
    labelColor: paint(styling.labelColor),
    logo: styling.logo && { ...styling.logo, color: paint(styling.logo.color) },
    content: (kind?.parameters ?? []).map((each) => [each, content[each] ?? defaults[each]]),
    ...(format === 'json' ? { hasStyle } : { strict }),
    ...(format === 'svg' || format === 'json' ? {} : { scale: scale ?? 1 }),
  };
}

/** The API's way from a URL to what it asks for, which it answers with instead of a picture. */
function createReader(refuseLong: Targets['refuseLong']): Koa<BadgeState> {
  const app = new Koa<BadgeState>();
  const answer = (ctx: BadgeContext, asked: object, kind?: Kind): Promise<void> => {
    ctx.set('X-Badge-Status', 'ok');
    ctx.body = { canonical: arrived.get(ctx.req), meaning: meaningOf(ctx, asked, kind) };
    return Promise.resolve();
  };
  const sendBadge: SendBadge = {
    ofProject(ctx, { kind, name, release }) {
      if (kind === undefined) return answer(ctx, { nothing: true });
      const project = normalizeName(name);
      const isValid = project !== undefined && (release === undefined || isRelease(release));
      // As in send.ts.
      if (release !== undefined && kind.facts === 'downloads')
        return answer(ctx, { nothing: true });
      const about = isValid ? { project, release } : { valid: false };
      return answer(ctx, { kind: kind.id, ...about }, kind);
    },
    ofContent: (ctx, words) => answer(ctx, { words }),
  };
  const routes = createRoutes({
    sendBadge,
    openPages: () => Promise.reject(new Error('pages are answered before')),
    refresh: (ctx, name) => answer(ctx, { name }),
    sendApi: (ctx) => answer(ctx, { api: ctx.path }),
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
      if (code === 'no-badge') return answer(ctx, { nothing: true });
      if (code === 'no-message') return answer(ctx, { code });
      if (code !== 'invalid-name') throw error;
      ctx.set('X-Badge-Status', 'invalid');
      return undefined;
    });
  });
  app.use(refuseLong);
  app.use((ctx, next) => {
    if (!isPage(ctx.path)) return next();
    ctx.set('X-Badge-Status', 'ok');
    const query = ctx.path.startsWith('/api/') ? readQuery(ctx.querystring) : queryOfPage(ctx);
    ctx.body = { canonical: arrived.get(ctx.req), meaning: { page: ctx.path, query } };
    return undefined;
  });
  app.use(routes.routes());
  app.use((ctx) => answer(ctx, { nothing: true }));
  return app;
}

beforeAll(async () => {
  const targets = createTargets();
  const handle = createReader(targets.refuseLong).callback();
  server = createServer((request, response) => {
    arrived.set(request, request.url ?? '');
    targets.canonicalize(request);
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

const readSchema = z.object({ canonical: z.string(), meaning: z.unknown() });
type Read = z.infer<typeof readSchema>;

/** Asks for a URL byte for byte: `fetch` would have its own idea of it. What is too long is refused without a meaning. */
async function read(origin: string, path: string): Promise<Read> {
  const { hostname, port } = new URL(origin);
  const [response] = z
    .tuple([z.instanceof(IncomingMessage)])
    .parse(await once(get({ hostname, port, path, agent }), 'response'));
  const body = await readText(response);
  const verdict = response.headers['x-badge-status'];
  if (verdict !== 'ok') return { canonical: path, meaning: verdict };
  return readSchema.parse(JSON.parse(body));
}

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

test.skipIf(isMissing('varnishd'))('the first page gets what its form says', async () => {
  const names = [...OWN_PARAMETERS, 'darkColor', 'style', 'label', 'color', 'utm_source'];
  const pairs = fc.array(fc.tuple(oneOf(...names), textOf('aZ1 ,/%2+', 6)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pairs, async (all) => {
      const query = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
      const asked = `/?${query}`;
      const [meant, atEdge] = await Promise.all([read(direct, asked), read(varnish.url, asked)]);
      expect(atEdge.meaning).toEqual(meant.meaning);
    }),
    { numRuns: RUNS / 4 },
  );
});
