import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { z } from 'zod';
import { requirePrograms } from '../programs.ts';
import { freePort, startRedis, type TestRedis } from './redis.ts';
import { makeTempDirectory } from '../temp.ts';

export const MASTER = 'mymaster';
/** With what a file of settings and a URL take only in quotes. */
export const PASSWORD = 'secret of redis #1/@:';
export const SENTINEL_PASSWORD = 'secret of sentinels';
const QUORUM = 2;
const PATIENCE = { timeout: 60_000, interval: 50 };
const SERVERS = 3;

/** A Redis with two replicas, and three sentinels that look after them. */
export interface TestSentinels {
  readonly settings: Readonly<Record<string, string>>;
  readonly servers: readonly TestRedis[];
  readonly sentinelPorts: readonly number[];
  /** Port of the master, as the first sentinel names it. */
  readonly masterPort: () => Promise<number>;
  /** Has a sentinel promote another server, as an operator does before the master's machine is switched off. */
  readonly promote: () => Promise<unknown>;
  /** Waits until the sentinels name another master than that. */
  readonly untilOther: (port: number) => Promise<number>;
  /** Starts a server again that was stopped, as an empty replica of nobody. */
  readonly startAgain: (port: number) => Promise<void>;
  /** Waits until the master has so many replicas that keep up. */
  readonly untilReplicas: (count: number) => Promise<void>;
  /** A connection to a server, closed by `close`. */
  readonly operator: (port: number) => Redis;
  readonly close: () => Promise<void>;
}

/** Starts them on this machine, and waits until the sentinels know each other and both replicas. */
export async function startSentinels(): Promise<TestSentinels> {
  requirePrograms('redis-server', 'redis-sentinel');
  const directory = await makeTempDirectory();
  const words = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
  const first = await startRedis({ config: words });
  const replicaof = ['--replicaof', `127.0.0.1 ${first.port}`, '--repl-diskless-sync-delay', '0'];
  const replicas = Array.from({ length: SERVERS - 1 }, () =>
    startRedis({ config: [...words, ...replicaof] }),
  );
  const servers = [first, ...(await Promise.all(replicas))];
  const sentinelPorts = await freePorts(SERVERS);
  const sentinels = await Promise.all(
    sentinelPorts.map((port) => startSentinel(directory.path, port, first.port)),
  );
  const killAtExit = (): void => {
    for (const sentinel of sentinels) sentinel.kill('SIGKILL');
  };
  process.once('exit', killAtExit);
  const operators: Redis[] = [];
  const connect = (port: number, password: string): Redis => {
    const client = new Redis({ port, password, retryStrategy: () => 50 });
    client.on('error', () => undefined);
    operators.push(client);
    return client;
  };
  const asked = sentinelPorts.map((port) => connect(port, SENTINEL_PASSWORD));
  await vi.waitUntil(async () => {
    const quorums = asked.map((one) => one.call('SENTINEL', 'CKQUORUM', MASTER).catch(String));
    const found = asked.map((one) => one.call('INFO', 'sentinel').catch(String));
    return (
      (await Promise.all(quorums)).every((reply) => String(reply).startsWith('OK 3')) &&
      (await Promise.all(found)).every((info) => /slaves=2,sentinels=3/.test(String(info)))
    );
  }, PATIENCE);
  const masterPort = async (): Promise<number> => {
    const reply = await asked[0]?.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER);
    return Number(z.array(z.string()).parse(reply)[1]);
  };

  const operator = (port: number): Redis => connect(port, PASSWORD);

  return {
    settings: {
      REDIS_URL: '',
      REDIS_SENTINELS: sentinelPorts.map((port) => `redis://127.0.0.1:${port}`).join(','),
      REDIS_MASTER: MASTER,
      REDIS_PASSWORD: PASSWORD,
      REDIS_SENTINEL_PASSWORD: SENTINEL_PASSWORD,
    },
    servers,
    sentinelPorts,
    masterPort,
    promote: () => asked[0]?.call('SENTINEL', 'FAILOVER', MASTER) ?? Promise.resolve(),
    async untilOther(port) {
      await vi.waitUntil(async () => (await masterPort()) !== port, PATIENCE);
      return masterPort();
    },
    async startAgain(port) {
      servers.push(await startRedis({ port, config: words }));
    },
    async untilReplicas(count) {
      const client = operator(await masterPort());
      await vi.waitUntil(async () => {
        const online = (await client.info('replication')).match(/state=online/g);
        return online?.length === count;
      }, PATIENCE);
    },
    operator,
    async close() {
      process.off('exit', killAtExit);
      for (const client of operators) client.disconnect();
      await Promise.all(sentinels.map(stop));
      await Promise.all(servers.map((server) => server.stop()));
      await directory.remove();
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** Its settings, for a master that is given up after a second. */
export function sentinelSettings(port: number, masterPort: number, host = '127.0.0.1'): string {
  return [
    `port ${port}`,
    `requirepass "${SENTINEL_PASSWORD}"`,
    `sentinel sentinel-pass "${SENTINEL_PASSWORD}"`,
    `sentinel monitor ${MASTER} ${host} ${masterPort} ${QUORUM}`,
    `sentinel auth-pass ${MASTER} "${PASSWORD}"`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
    `sentinel failover-timeout ${MASTER} 5000`,
    '',
  ].join('\n');
}

async function startSentinel(
  directory: string,
  port: number,
  masterPort: number,
): Promise<ChildProcess> {
  const file = join(directory, `sentinel-${port}.conf`);
  await writeFile(file, `bind 127.0.0.1\n${sentinelSettings(port, masterPort)}`);
  const sentinel = spawn('redis-sentinel', [file, '--dir', directory], { stdio: 'ignore' });
  await once(sentinel, 'spawn');
  return sentinel;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
