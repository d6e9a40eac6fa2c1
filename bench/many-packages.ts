import { Redis } from 'ioredis';
import { Agent } from 'undici';
import { startRedis } from '../test/support/redis.ts';
import type { Figure } from './figures.ts';
import { startProgram, startService } from './processes.ts';

const PACKAGES = 100_000;
const CLIENTS = 32;
const MAX_PROCESS_MB = 250;
const MAX_RECORD_BYTES = 2_048;

/** 100,000 packages, each asked for once: what the process takes, and what a record takes in Redis. */
export async function measureManyPackages(): Promise<Figure[]> {
  const redis = await startRedis();
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService({
    REDIS_URL: redis.url,
    PYPI_URL: upstream.url,
    PYPISTATS_URL: upstream.url,
    PYPI_CONCURRENCY: '32',
  });
  const mostMB = await askForAll(service.url, () => service.memoryBytes() / 1e6);
  const recordBytes = await largestRecord(redis.url);
  await Promise.all([service.stop(), upstream.stop(), redis.stop()]);
  return [
    {
      what: `${PACKAGES} packages asked once each: most memory of the process`,
      measured: `${Math.round(mostMB)} MB`,
      goal: `< ${MAX_PROCESS_MB} MB`,
      met: mostMB < MAX_PROCESS_MB,
    },
    {
      what: 'largest record in Redis (MEMORY USAGE, key and overhead included)',
      measured: `${recordBytes} bytes`,
      goal: `< ${MAX_RECORD_BYTES} bytes`,
      met: recordBytes > 0 && recordBytes < MAX_RECORD_BYTES,
    },
  ];
}

/** Asks for every package, some at once; gives the most that `readMemory` ever said. */
async function askForAll(url: string, readMemory: () => number): Promise<number> {
  const agent = new Agent({ connections: CLIENTS });
  let next = 0;
  let most = 0;
  const ask = async (): Promise<void> => {
    while (next < PACKAGES) {
      const number = next;
      next += 1;
      const response = await agent.request({
        origin: url,
        path: `/version/package-${number}/badge.svg`,
        method: 'GET',
      });
      if (response.headers['x-badge-status'] !== 'ok')
        throw new Error(`package-${number}: ${String(response.headers['x-badge-status'])}`);
      await response.body.dump();
      if (number % 1_000 === 0) most = Math.max(most, readMemory());
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, ask));
  await agent.close();
  return Math.max(most, readMemory());
}

async function largestRecord(url: string): Promise<number> {
  const client = new Redis(url);
  let largest = 0;
  const [, keys] = await client.scan(0, 'MATCH', 'pypins:*', 'COUNT', 1_000);
  for (const key of keys) largest = Math.max(largest, (await client.memory('USAGE', key)) ?? 0);
  await client.quit();
  return largest;
}
