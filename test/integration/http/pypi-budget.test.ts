import { Redis } from 'ioredis';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../sample/stand-in.ts';
import { KEYS } from '../../../src/keys.ts';
import { isMissing } from '../../support/programs.ts';
import { freePort, startRedis } from '../../support/redis/redis.ts';
import { startServiceForTest, type TestService } from '../../support/service/service.ts';

const QUARTER_MS = 15_000;
const PER_MINUTE = 50;
const PER_QUARTER = PER_MINUTE / 5;
const KNOWN = '/version/requests/badge.svg';

let standIn: StandIn;
beforeEach(async () => {
  standIn = createStandIn({ projects: sampleProjects, maxLoggedRequests: 10_000 });
  await standIn.listen();
  onTestFinished(() => standIn.close());
});

function start(settings: Readonly<Record<string, string>>): Promise<TestService> {
  const limits = { LIMIT_EXEMPT: 'none', TRUSTED_PROXIES: '127.0.0.1' };
  const common = { FACTS_FRESH_SECONDS: '1', PYPI_PER_MINUTE: `${PER_MINUTE}` };
  return startServiceForTest({ ...common, ...limits, ...settings }, standIn);
}

async function startStore() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis.url;
}

async function ask(service: TestService, path: string, client = 1) {
  const headers = {
    'X-Forwarded-For': `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`,
  };
  const response = await service.get(path, { headers });
  await response.arrayBuffer();
  const of = (name: string) => response.headers.get(name);
  return { verdict: of('x-badge-status'), cache: of('cache-control'), edge: of('x-edge-ttl') };
}

/** Names that nobody has, each from an address of its own; what came of them. */
async function flood(services: readonly TestService[], count: number): Promise<Set<string | null>> {
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const service = services[n % services.length];
      return service && ask(service, `/version/no-such-${n}/badge.svg`, n);
    }),
  );
  return new Set(answers.map((answer) => answer?.verdict ?? null));
}

/** What may have gone out since then, by as many budgets. */
function mostSince(startedAtMs: number, budgets = 1): number {
  const quarters = Math.ceil((performance.now() - startedAtMs) / QUARTER_MS) + 1;
  return quarters * PER_QUARTER * budgets;
}

describe.skipIf(isMissing('redis-server'))('the budget towards PyPI', () => {
  test('names that nobody has, from many addresses at two processes, do not exceed it', async () => {
    const REDIS_URL = await startStore();
    const services = [await start({ REDIS_URL }), await start({ REDIS_URL })];
    const [service] = services;
    expect(service && (await ask(service, KNOWN))).toMatchObject({ verdict: 'ok' });
    const startedAtMs = performance.now();
    for (let round = 0; round < 3; round += 1)
      expect([...(await flood(services, 300))]).toContain('unavailable');
    expect(standIn.requests.length).toBeLessThanOrEqual(mostSince(startedAtMs));
    expect(service && (await ask(service, KNOWN)).verdict).toMatch(/^(?:ok|stale)$/);
  });

  test('what is known is shown when nothing is left of it, and all else is unavailable for a moment', async () => {
    const REDIS_URL = await startStore();
    const service = await start({ REDIS_URL });
    expect(await ask(service, KNOWN)).toMatchObject({ verdict: 'ok' });
    const redis = new Redis(REDIS_URL);
    onTestFinished(() => redis.disconnect());
    const spendAll = () =>
      redis.set(`${KEYS.indexBudget('pypi')}:quarter#count`, 1_000, 'PX', QUARTER_MS);
    await spendAll();
    const spending = setInterval(() => void spendAll(), QUARTER_MS / 10);
    onTestFinished(() => clearInterval(spending));
    await expect.poll(() => ask(service, KNOWN)).toMatchObject({ verdict: 'stale' });
    const asked = standIn.requests.length;
    expect(await ask(service, '/version/flask/badge.svg')).toEqual({
      verdict: 'unavailable',
      cache: 'public, max-age=30',
      edge: '10',
    });
    expect(standIn.requests).toHaveLength(asked);
  });
});

describe('without the store', () => {
  test('each process keeps to the budget by itself', async () => {
    const service = await start({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    const startedAtMs = performance.now();
    expect([...(await flood([service], 300))]).toContain('unavailable');
    expect(standIn.requests.length).toBeLessThanOrEqual(mostSince(startedAtMs));
  });
});
