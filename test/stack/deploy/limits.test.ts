import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../src/config.ts';
import { startLoad } from '../../support/load/load.ts';
import { startServiceForTest } from '../../support/service/service.ts';
import { readDeployments } from './deployments.ts';

/*
 * The rate limits with the settings of every way to deploy: those of the processes that serve badges, from the files that
 * are shipped. The edge is a client on this machine, whom they must believe for whom it asks.
 */

/** Where the test runs, instead of where the deployment does. */
const ELSEWHERE =
  /^(?:HOST|PORT|ADMIN_HOST|ADMIN_PORT|CACHE_DIR|REDIS_URL|PYPI_URL|PYPISTATS_URL|PYPI_PER_MINUTE|CONTACT|LOG_LEVEL)$/;
/** So small that a flood fills the queue on any machine. */
const DRAWING = { DRAWING_CONCURRENCY: '1', DRAWING_QUEUE: '32' };
const [FLOODS, READS] = ['198.51.100.1', '203.0.113.1'];
const FLOODED = 60;
const READ = 15;
/** Letters of the pictures of a flood: of any price that there is. */
const LETTERS = [10, 20, 40, 256];

const deployments = await readDeployments();

test('the ways to deploy are the units, the Compose file, `make stack` and the manifests', () => {
  expect(deployments.map(([name]) => name)).toEqual([
    'systemd',
    'Docker Compose',
    'make stack',
    'Kubernetes',
  ]);
});

describe.each(deployments)('%s', (_, environment) => {
  const settings = Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => name in settingsSchema.shape && !ELSEWHERE.test(name),
    ),
  );

  test('has an edge in front', () => {
    expect(settings).toHaveProperty('VARNISH_URLS');
  });

  test('one address’s flood of GIFs neither limits another’s new PNGs nor makes them `busy`', async () => {
    const service = await startServiceForTest({ ...settings, ...DRAWING });
    const wide = (n: number): string => 'W'.repeat(LETTERS[n % LETTERS.length] ?? 1);
    const flood = startLoad(service.url, (n) => `/badge/${n}-${wide(n)}-red.gif?scale=4`, {
      clients: 64,
      maxRequests: Infinity,
      restMs: 0,
      statuses: [200, 429],
      addressOf: () => FLOODS,
    });
    await flood.answered(FLOODED);
    const reader = startLoad(service.url, (n) => `/badge/new-${n}-blue.png`, {
      clients: 3,
      maxRequests: READ,
      addressOf: () => READS,
    });
    await reader.answered(READ);
    const { verdicts } = await reader.stop();
    const flooded = await flood.stop();
    expect(verdicts).toEqual({ ok: READ });
    expect(flooded.verdicts['limited']).toBeGreaterThan(0);
  });
});
