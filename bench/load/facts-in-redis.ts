import { Redis } from 'ioredis';
import { createFacts } from '../../cache/facts/facts.ts';
import { createRedisStore } from '../../cache/store/redis/store.ts';
import { type ProjectFacts, projectFactsSchema } from '../../src/facts/schema.ts';
import { startRedis } from '../../test/support/redis/redis.ts';
import { compareInTurn, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';

const LOOKUPS = 20_000;
const AT_ONCE = 50;
const PROJECTS = 500;
const GOAL = 0.7;
const DAY_MS = 86_400_000;

const FACTS = projectFactsSchema.parse({
  version: '1.17',
  yanked: false,
  license: 'MIT',
  licenseExpression: null,
  classifiers: ['3', '3.9', '3.10', '3.11', '3.12', '3.13', 'Implementation :: CPython']
    .map((version) => `Programming Language :: Python :: ${version}`)
    .concat(
      'Development Status :: 5 - Production/Stable',
      'License :: OSI Approved :: MIT License',
    ),
  requiresPython: '>=3.9',
  packageTypes: ['bdist_wheel', 'sdist'],
});

/** Facts that Redis has and this process has not, against ioredis alone asking for the same record. */
export async function measureFactsInRedis({ rounds }: BenchOptions): Promise<Measured> {
  const redis = await startRedis();
  const store = createRedisStore({ url: redis.url, timeoutMs: 5_000 });
  await store.ready(5_000);
  const facts = createFacts<ProjectFacts>({
    source: {
      name: 'pypi',
      schema: projectFactsSchema,
      freshUntilMs: (fetchedAtMs) => fetchedAtMs + DAY_MS,
      load: () => Promise.resolve({ state: 'known', value: FACTS, serial: 1, validator: '"x"' }),
    },
    store,
    keyPrefix: 'pypins:1',
    keptSeconds: 86_400,
    memoryMaxBytes: 16_000_000,
    // Redis is asked every time.
    memorySeconds: 0,
  });
  for (let i = 0; i < PROJECTS; i += 1) await facts.get(nameOf(i));

  const client = new Redis(redis.url);
  const ours = () => rateOf((i) => facts.get(nameOf(i)));
  const bare = () => rateOf((i) => client.get(`pypins:1:pypi:${nameOf(i)}`));
  const [found, text] = await Promise.all([
    facts.get(nameOf(1)),
    client.get('pypins:1:pypi:package-1'),
  ]);
  if (found.state !== 'fresh' || found.tier !== 'redis' || text === null)
    throw new Error('not the record in Redis');
  await ours();
  await bare();
  const ratios = await compareInTurn(rounds, ours, bare);

  await facts.close();
  await store.close();
  client.disconnect();
  await redis.stop();
  return {
    figures: [
      ratioFigure({
        key: 'facts-in-redis',
        what: `facts in Redis, look-ups a second, ${AT_ONCE} at once, against a bare ioredis GET of the same ${text.length} bytes`,
        ratios,
        atLeast: GOAL,
      }),
    ],
  };
}

function nameOf(i: number): string {
  return `package-${i % PROJECTS}`;
}

async function rateOf(work: (i: number) => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < LOOKUPS) await work((next += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return LOOKUPS / (performance.now() - startedAtMs);
}
