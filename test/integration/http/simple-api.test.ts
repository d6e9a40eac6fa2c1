import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../../src/badges/catalog.ts';
import { examplePaths } from '../../../src/badges/urls.ts';
import type { StandIn } from '../../../sample/stand-in.ts';
import {
  startService,
  startServiceForTest,
  startStandIn,
  type TestService,
} from '../../support/service/service.ts';

let standIn: StandIn;
let service: TestService;
beforeAll(async () => {
  standIn = await startStandIn();
  service = await startService({}, standIn);
});
afterEach(() => standIn.behave());
afterAll(async () => {
  await service.close();
  await standIn.close();
});

/** The paths that were requested of PyPI about the project. */
const askedAbout = (project: string): string[] =>
  standIn.requests.map(({ path }) => path).filter((path) => path.includes(project));

describe('the Simple API', () => {
  test.each([
    ['/status/sample-archived/badge.json', 'archived', 'orange'],
    ['/pypi/status/sample-archived.json', 'archived', 'orange'],
    ['/pypi/status/sample-archived/1.0.json', 'archived', 'orange'],
    ['/pypi/status/sample-archived/9.json', 'package or version not found', 'red'],
    ['/pypi/status/sample-quarantined/1.0.json', 'quarantined', 'red'],
    ['/status/sample-deprecated/badge.json', 'deprecated', 'orange'],
    ['/status/sample-quarantined/badge.json', 'quarantined', 'red'],
    ['/status/sample-plain/badge.json', 'stable', 'brightgreen'],
    ['/status/sample-zero/badge.json', 'unknown', 'red'],
    ['/v/sample-next-release/badge.json', '1.0', 'brightgreen'],
    ['/v/sample-next-release/badge.json?include_prereleases', '2.0rc1', 'brightgreen'],
    ['/v/sample-next-release/badge.json?include_prereleases=0', '1.0', 'brightgreen'],
    ['/pypi/v/sample-next-release.json?include_prereleases=1', 'v2.0rc1', 'orange'],
    ['/pypi/v/sample-next-release/1.0.json?include_prereleases', 'v1.0', 'blue'],
    ['/py/sample-next-release.json?include_prereleases', '2.0rc1', 'brightgreen'],
    ['/v/sample-pre-release/badge.json', '1.0rc1', 'brightgreen'],
    ['/v/sample-pre-release/badge.json?include_prereleases', '1.0rc1', 'brightgreen'],
    ['/v/sample-yanked/badge.json?include_prereleases', '1.1 (yanked)', 'red'],
    ['/v/sample-non-pep440/badge.json?include_prereleases', '2004-03-r2', 'brightgreen'],
    ['/v/sample-nulls/badge.json?include_prereleases', '1.0', 'brightgreen'],
    ['/provenance/sample-attested/badge.json', 'attested', 'brightgreen'],
    ['/pypi/provenance/sample-attested.json', 'attested', 'brightgreen'],
    ['/pypi/provenance/sample-attested/1.1.0.json', 'attested', 'brightgreen'],
    ['/pypi/provenance/sample-attested/1.0.json', 'none', 'lightgrey'],
    ['/provenance/sample-partly-attested/badge.json', 'partly', 'yellow'],
    ['/provenance/sample-plain/badge.json', 'none', 'lightgrey'],
    ['/provenance/sample-no-files/badge.json', 'none', 'lightgrey'],
    ['/pypi/provenance/sample-attested/9.json', 'package or version not found', 'red'],
    ['/provenance/no-such-project/badge.json', 'not found', 'red'],
    ['/status/no-such-project/badge.json', 'not found', 'red'],
    ['/size/sample-many-wheels/badge.json', '10 kB – 1.2 MB', 'blue'],
    ['/released/sample-plain/badge.json', '2020-01-05', 'blue'],
    ['/released/sample-no-files/badge.json', 'unknown', 'lightgrey'],
  ])('%s is %s, %s', async (path, message, color) => {
    expect(await service.twin(path)).toMatchObject({ message, color });
  });

  test('knows a project in quarantine, of which every other kind is not found', async () => {
    const others = KINDS.filter(({ id, facts }) => id !== 'status' && facts !== 'downloads');
    const paths = others.flatMap((kind) => (kind.names.pypip ?? []).slice(0, 1));
    expect(paths).toContain('provenance');
    for (const name of [...paths, 'v']) {
      const path = `/${name}/sample-quarantined/badge.json?include_prereleases`;
      expect(await service.twin(path)).toMatchObject({ message: 'not found' });
    }
  });

  test('tells the release that a badge shows', async () => {
    const releaseOf = async (path: string) =>
      (await service.get(path)).headers.get('x-badge-release');
    const pre = '/v/sample-next-release/badge.svg?include_prereleases';
    expect(await releaseOf(pre)).toBe('2.0rc1');
    expect(await releaseOf('/provenance/sample-attested/badge.svg')).toBe('1.1');
    expect(await releaseOf('/status/sample-archived/badge.svg')).toBeNull();
    expect(await releaseOf('/status/sample-plain/badge.svg')).toBe('1.2.3');
  });
});

test('a page that shows every badge of a project costs one request a source', async () => {
  const paths = KINDS.flatMap((kind) => examplePaths({ ...kind, example: 'sample-typed' }));
  const all = [...paths, '/py/sample-typed.svg?include_prereleases'];
  await Promise.all(all.map(async (path) => (await service.get(path)).arrayBuffer()));
  await expect
    .poll(() => askedAbout('sample-typed').toSorted())
    .toEqual([
      '/api/packages/sample-typed/recent',
      '/pypi/sample-typed/json',
      '/simple/sample-typed/',
    ]);
});

test('kinds and parameters that do not need the Simple API do not ask it', async () => {
  for (const path of ['/v/sample-stubs/badge.svg', '/released/sample-stubs/badge.svg'])
    await service.get(path);
  expect(askedAbout('sample-stubs')).toEqual(['/pypi/sample-stubs/json']);
});

test('an archived project costs one request, and the JSON API none', async () => {
  const running = await startServiceForTest({}, standIn);
  const before = askedAbout('sample-archived').length;
  await running.get('/status/sample-archived/badge.svg');
  expect(askedAbout('sample-archived').slice(before)).toEqual(['/simple/sample-archived/']);
});

test('a status that is withdrawn gives way to the classifier', async () => {
  const running = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' }, standIn);
  const statusOf = () => running.twin(`/status/sample-statuses/badge.json?x=${Math.random()}`);
  const messages: [string, () => void][] = [
    ['archived', () => standIn.setStatus('sample-statuses', 'archived')],
    ['stable', () => standIn.setStatus('sample-statuses', 'active')],
    // Last: while it lasts, the JSON API may be asked, and what it does not know is kept for a minute.
    ['quarantined', () => standIn.quarantine('sample-statuses', true)],
  ];
  for (const [message, change] of messages) {
    change();
    await expect.poll(statusOf).toMatchObject({ message });
  }
  standIn.quarantine('sample-statuses', false);
});

describe.each(['503', 'hang', 'reset', 'html', 'garbage', 'nulls', 'endless'] as const)(
  'while the Simple API fails (%s)',
  (mode) => {
    test('the badges of the JSON API stay, and others show what they can as stale', async () => {
      const running = await startServiceForTest({}, standIn);
      standIn.misbehave({ mode, api: 'simple' });
      const ask = async (path: string) => {
        const response = await running.get(path);
        const json: unknown = await response.json();
        return [response.headers.get('x-badge-status'), json];
      };
      const stale = ['/status/sample-plain/badge.json', '/v/flask/badge.json?include_prereleases'];
      // On a slow machine, an endless answer may take all of the time for the first badges.
      await expect
        .poll(async () => Promise.all(stale.map(ask)))
        .toMatchObject([
          ['stale', { message: 'stable' }],
          ['stale', { message: '3.1.2' }],
        ]);
      // So many failures open a breaker: it is not that of the JSON API.
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      await Promise.all(names.map((name) => ask(`/provenance/${name}/badge.json`)));
      expect(await ask('/provenance/flask/badge.json')).toMatchObject([
        'unavailable',
        { message: 'unavailable' },
      ]);
      for (const path of ['/v/flask/badge.json', '/size/requests/badge.json'])
        await expect.poll(async () => ask(path)).toMatchObject(['ok', {}]);
    });
  },
);

test.each(['503', 'hang', 'garbage'] as const)(
  'while the JSON API fails (%s), the Simple API shows what it has',
  async (mode) => {
    const running = await startServiceForTest({}, standIn);
    standIn.misbehave({ mode, api: 'pypi' });
    const verdictOf = async (path: string) =>
      (await running.get(path)).headers.get('x-badge-status');
    const verdicts = {
      '/status/sample-archived/badge.svg': 'ok',
      '/provenance/sample-attested/badge.svg': 'ok',
      '/v/sample-next-release/badge.svg?include_prereleases': 'ok',
      '/status/sample-plain/badge.svg': 'unavailable',
      '/v/sample-plain/badge.svg': 'unavailable',
    };
    const asked = Object.keys(verdicts).map(async (path) => [path, await verdictOf(path)]);
    expect(Object.fromEntries(await Promise.all(asked))).toEqual(verdicts);
  },
);

test('a kept record of the Simple API is shown while it fails, and a lower serial is not believed', async () => {
  const running = await startServiceForTest({ FACTS_FRESH_SECONDS: '1' }, standIn);
  const path = '/v/sample-next-release/badge.json?include_prereleases';
  expect(await running.twin(path)).toMatchObject({ message: '2.0rc1' });
  for (const mode of ['503', 'wrong-serial'] as const) {
    standIn.misbehave({ mode, api: 'simple' });
    const ask = async () => {
      const response = await running.get(`${path}&x=${Math.random()}`);
      return [response.headers.get('x-badge-status'), await response.json()];
    };
    await expect.poll(ask).toMatchObject(['stale', { message: '2.0rc1' }]);
  }
});
