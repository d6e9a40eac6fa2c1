import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../src/badges/catalog.ts';
import { STYLES } from '../../src/imaging/spec.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { faultsOfAnswer } from './support/hostile/answers.ts';
import { createHostileClient, type HostileClient } from './support/hostile/client.ts';
import { projectBody } from './support/hostile/documents.ts';
import { type HostileUpstream, startHostileUpstream } from './support/hostile/upstream.ts';

const PROJECT_RUNS = 80;

let upstream: HostileUpstream;
let service: TestService;
let client: HostileClient;
beforeAll(async () => {
  upstream = await startHostileUpstream();
  service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
  client = createHostileClient(service.url);
});
afterAll(async () => {
  await client.close();
  await service.close();
  await upstream.close();
});

/** The verdict on a badge, which has to keep the contract. */
async function ask(target: string, of: HostileClient = client): Promise<string> {
  const answer = await of.get(target);
  expect([target, await faultsOfAnswer({ target, isStrict: false }, answer)]).toEqual([target, []]);
  return String(answer.headers['x-badge-status']);
}

const ofProjects = KINDS.filter(({ facts }) => facts !== 'downloads').flatMap(
  ({ names }) => names.shields ?? [],
);
const formats = ['svg', 'svg', 'svg', 'json', 'json', 'png', 'jpg', 'gif', 'tiff', 'webp'];
const badge = fc.tuple(
  fc.constantFrom(...ofProjects),
  fc.constantFrom(...formats),
  fc.constantFrom(...STYLES),
);

test('whatever PyPI says: the badges of that project keep the contract, and others are still asked for', async () => {
  const verdicts = new Set<string>();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(projectBody, fc.tuple(badge, badge, badge), async (body, wanted) => {
      number += 1;
      upstream.say(`project-${number}`, { body });
      for (const [kind, format, style] of wanted) {
        verdicts.add(await ask(`/pypi/${kind}/project-${number}.${format}?style=${style}`));
      }
      // After a good answer the breaker begins to count anew; otherwise few of the bodies would be read at all.
      expect(await ask(`/version/honest-${number}/badge.svg`)).toBe('ok');
    }),
    { numRuns: PROJECT_RUNS },
  );
  // Which of them occur is up to chance.
  const known = new Set(['not-found', 'ok', 'stale', 'unavailable']);
  expect([...verdicts].filter((verdict) => !known.has(verdict))).toEqual([]);
  expect([...verdicts]).toContain('ok');
});

test.each([
  // First, while the budget is there.
  ['more than there are', '{"data":{"last_day":1e308,"last_week":1e308,"last_month":1e308}}', 'ok'],
  ['nothing', '', 'unavailable'],
  [
    'numbers as texts',
    '{"data":{"last_day":"1","last_week":"7","last_month":"30"}}',
    'unavailable',
  ],
  ['less than nothing', '{"data":{"last_day":-1,"last_week":-7,"last_month":-30}}', 'unavailable'],
])('pypistats.org counts %s', async (what, body, verdict) => {
  const project = `counted-${what.replaceAll(' ', '-')}`;
  upstream.say(project, { body: '{"info":{"version":"1.0"}}' }, { body });
  expect(await ask(`/pypi/dm/${project}.svg`)).toBe(verdict);
  expect(await ask(`/d/${project}/badge.json`)).toBe(verdict);
});

describe('whatever PyPI says beside the body, the next release is seen', () => {
  const asLatin1 = (text: string): string => Buffer.from(text).toString('latin1');
  const cases: [what: string, headers: Record<string, string>][] = [
    ['an ETag without quotes', { etag: 'abc' }],
    ['an ETag in another script', { etag: asLatin1('"日本"') }],
    ['an ETag that is no text', { etag: '"\xff\xfe"' }],
    ['an ETag of 8 kB', { etag: `"${'a'.repeat(8_000)}"` }],
    ['an empty ETag', { etag: '' }],
    ['a serial that is no number', { 'x-pypi-last-serial': '9'.repeat(400) }],
    ['a type that is none', { 'content-type': 'text/html' }],
    ['a length of life', { 'cache-control': 'max-age=99999999999, immutable', expires: 'never' }],
  ];
  let short: TestService;
  const nameOf = (what: string): string => what.toLowerCase().replaceAll(' ', '-');
  const releaseOf = async (what: string): Promise<string | null> => {
    const response = await short.get(`/version/${nameOf(what)}/badge.svg`);
    return response.headers.get('x-badge-release');
  };

  beforeAll(async () => {
    short = await startService({ PYPI_URL: upstream.url, FACTS_FRESH_SECONDS: '1' });
    for (const [what, headers] of cases) {
      const replies = ['1.0', '2.0'].map((version) => ({
        headers,
        body: JSON.stringify({ info: { version } }),
      }));
      upstream.say(nameOf(what), ...replies);
      if ((await releaseOf(what)) !== '1.0') throw new Error(`no first release: ${what}`);
    }
  });
  afterAll(() => short.close());

  test.each(cases)('%s', async (what) => {
    await expect.poll(() => releaseOf(what)).toBe('2.0');
  });
});
