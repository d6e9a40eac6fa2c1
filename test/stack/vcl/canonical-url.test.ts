import { hash } from 'node:crypto';
import { Agent as HttpAgent, createServer, get, IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import Koa from 'koa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { KINDS } from '../../../src/badges/catalog.ts';
import type { Kind } from '../../../src/badges/kind.ts';
import { toBadgeError } from '../../../src/errors.ts';
import { refuseLongTargets } from '../../../src/http/target.ts';
import { COLOR_NAMES, toHex } from '../../../src/imaging/color.ts';
import { PARAMETERS } from '../../../src/badges/parameters.ts';
import { EXTENSION_NAMES } from '../../../src/http/paths.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { createRoutes } from '../../../src/http/routes.ts';
import type { SendBadge } from '../../../src/http/badges/send.ts';
import type { BadgeContext, BadgeState } from '../../../src/http/state.ts';
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

/** Everything that decides a picture and its headers, with defaults filled in, and without what the badge ignores. */
function meaningOf(ctx: BadgeContext, asked: object, kind?: Kind): object {
  const { grammar, format, parameters } = ctx.state;
  const { hasStyle, scale, strict, content, styling, ...others } = parameters;
  // Pictures show a color of the palette and its digits alike, and #aabbcc and #abc.
  const paint = (color?: string) =>
    format === 'json' ? color : color && toHex(color).replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
  const read = {
    period: 'month',
    text: 'pypi',
    prefix: grammar === 'shields' ? 'v' : 'none',
    include_prereleases: false,
  };
  const { text: word = kind?.label } = grammar === 'pypip' && kind?.id === 'version' ? content : {};
  return {
    ...asked,
    grammar,
    format,
    ...others,
    ...styling,
    label: styling.label ?? word,
    color: paint(styling.color),
    labelColor: paint(styling.labelColor),
    content: (kind?.parameters ?? []).map((each) => [each, content[each] ?? read[each]]),
    ...(format === 'json' ? { hasStyle } : { strict }),
    ...(format === 'svg' || format === 'json' ? {} : { scale }),
  };
}

/** The API's way from a URL to what it asks for, which it answers with instead of a picture. */
function createReader(): Koa<BadgeState> {
  const app = new Koa<BadgeState>();
  const answer = (ctx: BadgeContext, asked: object, kind?: Kind): Promise<void> => {
    ctx.set('X-Badge-Status', 'ok');
    ctx.body = { canonical: ctx.originalUrl, meaning: meaningOf(ctx, asked, kind) };
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
      if (code === 'no-badge') return answer(ctx, { nothing: true });
      if (code !== 'invalid-name') throw error;
      ctx.set('X-Badge-Status', 'invalid');
      return undefined;
    });
  });
  app.use(refuseLongTargets);
  app.use(routes.routes());
  app.use((ctx) => answer(ctx, { nothing: true }));
  return app;
}

beforeAll(async () => {
  const handle = createReader().callback();
  server = createServer((request, response) => {
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
  const body = await text(response);
  const verdict = response.headers['x-badge-status'];
  if (verdict !== 'ok') return { canonical: path, meaning: verdict };
  return readSchema.parse(JSON.parse(body));
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
const path = fc.oneof(
  fc.tuple(kindsOf('pypip'), name, extension).map(([k, n, e]) => `/${k}/${n}/badge.${e}`),
  fc.tuple(kindsOf('shields'), name, ending).map(([k, n, e]) => `/pypi/${k}/${n}${e}`),
  fc
    .tuple(kindsOf('shields'), name, release, ending)
    .map(([k, n, r, e]) => `/pypi/${k}/${n}/${r}${e}`),
  fc.tuple(name, ending).map(([n, e]) => `/py/${n}${e}`),
  fc.tuple(textOf('aZ-_./&=~', 20), ending).map(([text, e]) => `/badge/${text}${e}`),
  textOf('aZ/.-_', 15)
    .filter((text) => !text.includes('//') && !/^[/-]/.test(text))
    .map((text) => `/${text}`),
);

const color = fc.oneof(
  anyCase(oneOf(...COLOR_NAMES, 'no-color', 'constructor')),
  anyCase(
    oneOf(
      '123',
      'aabbcc',
      '%23AaBBcc',
      'dd4343',
      '%23555',
      '%23abcd',
      'abcd',
      '12345678',
      '%2312345678',
    ),
  ),
  fc
    .tuple(
      anyCase(oneOf('rgb(', 'rgba%28', 'hsl(', 'hsla(', 'rgb+(')),
      fc.array(
        oneOf('1', '22', '300', '50%25', '50%', '+', '%20', ',', '%2c', '/', '%2F', '.5', 'deg'),
        { maxLength: 9 },
      ),
      oneOf(')', '%29', '', ')+'),
    )
    .map(([start, parts, end]) => start + parts.join('') + end),
  fc
    .tuple(oneOf('', '+', '%20'.repeat(30), '+'.repeat(70), '%09'), oneOf('red', 'White', '%23fff'))
    .map((p) => p.join('')),
  fc
    .tuple(oneOf('red', 'grey'), oneOf('%', '%zz', '%20', '+++', '%C3%A9', '%2523'))
    .map((p) => p.join('')),
);
const seconds = fc.oneof(
  fc.nat({ max: 1_000_000 }).map(String),
  oneOf('0600', '599', '600', '1234567890', '1e3', '+600'),
);

const value = fc.oneof(
  { weight: 2, arbitrary: oneOf('flat', 'popout', 'popout-square', 'social', 'plastic', 'flat+') },
  { weight: 2, arbitrary: oneOf('1', '2', '4', '5', '0', '300', 'v', 'none', 'pypi', 'version') },
  { weight: 2, arbitrary: color },
  seconds,
  oneOf(
    ...KINDS.flatMap(({ label }) => [label.replaceAll(' ', '+'), label.replaceAll(' ', '%20')]),
  ),
  oneOf('day', 'week', 'month', 'year', 'red', '', 'fl%61t', '%31', 'a=b', 'a?b', 'a;b', 'a+b'),
  oneOf(
    'auto',
    'python',
    'si:python',
    'SI%3Apypi',
    'data:image/png;base64,aB+c/%2B d=='.replace(' ', '%20'),
  ),
  oneOf("data:image/svg+xml;utf8,<svg%20x='1'/>", `image/png;base64,${'+%2Ba/'.repeat(200)}`),
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
/** More parameters than anybody asks with, and texts up to and beyond what is read. */
const excess = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constant('x&y=1&'.repeat(40)),
  fc.nat({ max: 10_400 }).map((length) => `label=${'a'.repeat(length)}&`),
  fc.nat({ max: 3_500 }).map((length) => `label=${'%61'.repeat(length)}&`),
);
const query = fc
  .tuple(excess, fc.array(assignment, { maxLength: 6 }))
  .map(([more, all]) => more + all.join('&'));
const plainUrl = fc.tuple(path, query).map(([p, q]) => (q === '' ? p : `${p}?${q}`));

/** Escapes what need not be escaped, and leaves some `%` that begin no escape. */
function escape(text: string, dice: Iterator<number>): string {
  const roll = (): number => Number(dice.next().value);
  return text.replace(/(?<!^)[\w.~-]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    if (roll() > 0) return character;
    return ['%', `%${hex}`, `%${hex.toUpperCase()}`, `%${hex}`, `%${hex}`][roll() % 5] ?? '';
  });
}
const url = fc.oneof(
  plainUrl,
  fc
    .tuple(plainUrl, fc.infiniteStream(fc.nat({ max: 11 })))
    .map(([text, dice]) => escape(text, dice))
    .filter((text) => !/^\/(?:-|%2D)/i.test(text)),
);

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
