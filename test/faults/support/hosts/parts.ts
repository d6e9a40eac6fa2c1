import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createPart, type Part, type PartOptions } from '../../../../stack/part.ts';
import type { Hosts } from './namespaces.ts';
import { NO_PYPI_BUDGET } from '../../../support/service/no-budget.ts';
import { MASTER, PASSWORD, SENTINEL_PASSWORD } from '../../../support/redis/sentinels.ts';
import {
  describePypins,
  describeRedis,
  describeSentinel,
  describeVarnish,
  type Place,
  PORTS,
} from './programs.ts';

export const VARNISHES = ['v1', 'v2', 'v3'];
export const APIS = ['a1', 'a2', 'a3'];
export const REDISES = ['r1', 'r2', 'r3'];
/** The name of the Varnish nodes. */
export const NODES_NAME = 'varnish-nodes';

/** Describes every program of every host, by its name. */
export async function createParts(hosts: Hosts, directory: string): Promise<Map<string, Part>> {
  const place = (host: string, program: string): Place => ({
    host: hosts.of(host),
    directory: join(directory, host, program),
  });
  const settings = {
    LOG_LEVEL: 'silent',
    CONTACT: 'tests',
    ...NO_PYPI_BUDGET,
    PYPI_URL: `http://${hosts.address}:${PORTS.api}`,
    PYPISTATS_URL: `http://${hosts.address}:${PORTS.api}`,
    REDIS_SENTINELS: REDISES.map(
      (name) => `redis://${hosts.of(name).address}:${PORTS.sentinel}`,
    ).join(','),
    REDIS_MASTER: MASTER,
    REDIS_PASSWORD: PASSWORD,
    REDIS_SENTINEL_PASSWORD: SENTINEL_PASSWORD,
    VARNISH_URLS: `http://${NODES_NAME}:${PORTS.purge}`,
    TRUSTED_PROXIES: VARNISHES.map((name) => hosts.of(name).address).join(','),
    LIMIT_EXEMPT: '198.18.0.0/15',
    FOLLOW_SECONDS: '5',
  };
  const apis = APIS.map(hosts.of);
  const first = hosts.of(REDISES[0] ?? '');
  const redis = (name: string): Promise<PartOptions> =>
    describeRedis(place(name, 'redis'), name === first.name ? undefined : first);
  const pypins = (['serve', 'follow'] as const).flatMap((command) =>
    APIS.map((name) => describePypins(place(name, command), command, settings)),
  );
  const others = await Promise.all([
    ...VARNISHES.map((name) => describeVarnish(place(name, 'varnish'), apis)),

    ...REDISES.map(redis),
    ...REDISES.map((name) => describeSentinel(place(name, 'sentinel'), first)),
  ]);
  return new Map([...pypins, ...others].map((each) => [each.name, createPart(each)]));
}

/** The stand-in listens at this machine alone: a way to it from the hosts. */
export async function openWay(address: string, port: number): Promise<Server> {
  const server = createServer((client) => {
    const target = createConnection({ port, host: '127.0.0.1' });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const)
      one
        .on('error', () => undefined)
        .on('close', () => other.destroy())
        .pipe(other);
  }).listen(PORTS.api, address);
  await once(server, 'listening');
  return server;
}
