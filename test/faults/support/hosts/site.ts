import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { createRedisStore } from '../../../../cache/store/redis/store.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { projectsNamed } from '../../../../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../../../../sample/stand-in.ts';
import { scrape, sumOf } from '../../../../src/commands/scrape.ts';
import { FOLLOW_KEYS } from '../../../../src/follow/keys.ts';
import type { Part } from '../../../../stack/part.ts';
import {
  createEdgeReader,
  type EdgeReader,
  versionPath,
} from '../../../follow/support/edge-reader.ts';
import { type Hosts, makeHosts } from './namespaces.ts';
import { MASTER, PASSWORD, SENTINEL_PASSWORD } from '../../../support/redis/sentinels.ts';
import { makeTempDirectory } from '../../../support/temp.ts';
import { APIS, createParts, NODES_NAME, openWay, REDISES, VARNISHES } from './parts.ts';
import { PORTS } from './programs.ts';

const PROJECTS = 200;
const MAX_PROGRAMS = 30;
/** Deadline of all that takes its time; a busy machine is late. */
export const PATIENCE = { timeout: 90_000, interval: 100 };

type Program = 'varnish' | 'serve' | 'follow' | 'redis' | 'sentinel';

/** pypins on hosts of their own: two with Varnish, two with the API and a follower, three with Redis; one more of each for others. */
export interface Site {
  readonly hosts: Hosts;
  readonly standIn: StandIn;
  readonly store: Store;
  /** A program on a host, started or not. */
  readonly part: (program: Program, host: string) => Part;
  /** The hosts that the name of the Varnish nodes means. */
  readonly setEdges: (names: readonly string[]) => Promise<void>;
  readonly edgeUrl: (host: string) => string;
  /** Host of the follower that leads. */
  readonly leader: () => Promise<string>;
  /** Host of the Redis that the sentinels name as the master. */
  readonly master: () => Promise<string>;
  /** Waits until two sentinels name another one. */
  readonly untilOtherMaster: (before: string) => Promise<void>;
  /** Waits until the processes on these hosts use Redis, and releases are followed. */
  readonly isWell: (apis: readonly string[]) => Promise<void>;
  /** Has readers at these edges see projects that nobody has asked for. */
  readonly readNew: (edges: readonly string[], count: number) => Promise<string[]>;
  /** As `readNew`, and waits until the follower knows. */
  readonly hold: (edges: readonly string[], count?: number) => Promise<string[]>;
  /** Waits until these edges show the release of each; returns those that do not in time. */
  readonly wrongOnes: (edges: readonly string[], projects: readonly string[]) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** Starts all but what is for others; the caller closes it. */
export async function startSite(): Promise<Site> {
  // Each program ends with this process.
  process.setMaxListeners(MAX_PROGRAMS);
  const directory = await makeTempDirectory();
  const projects = projectsNamed(PROJECTS);
  const standIn = createStandIn({ projects });
  await standIn.listen();
  const names = [...VARNISHES, ...APIS, ...REDISES];
  const hosts = await makeHosts(names, directory.path);
  const way = await openWay(hosts.address, Number(new URL(standIn.url).port));
  const parts = await createParts(hosts, directory.path);
  const part = (program: Program, host: string): Part => {
    const found = parts.get(`${program} on ${host}`);
    if (found === undefined) throw new Error(`no ${program} on ${host}`);
    return found;
  };
  const edgeUrl = (host: string): string => `http://${hosts.of(host).address}:${PORTS.edge}`;
  const readers = new Map<string, EdgeReader>();
  const readerOf = (host: string): EdgeReader => {
    const reader = readers.get(host) ?? createEdgeReader(edgeUrl(host));
    readers.set(host, reader);
    return reader;
  };
  const setEdges = (edges: readonly string[]): Promise<void> =>
    hosts.setNames({ [NODES_NAME]: edges.map((edge) => hosts.of(edge).address) });
  const sentinels = REDISES.map((name) => ({ host: hosts.of(name).address, port: PORTS.sentinel }));
  const redis = {
    sentinels,
    master: MASTER,
    password: PASSWORD,
    sentinelPassword: SENTINEL_PASSWORD,
    hasTls: false,
  };

  await setEdges(['v1', 'v2']);
  await Promise.all(REDISES.map((host) => part('redis', host).start()));
  await Promise.all(REDISES.map((host) => part('sentinel', host).start()));
  const asked = sentinels.map(
    (sentinel) =>
      new Redis({ ...sentinel, password: SENTINEL_PASSWORD, commandTimeout: 1_000, retryStrategy }),
  );
  for (const client of asked) client.on('error', () => undefined);
  const store = createRedisStore({ ...redis, timeoutMs: 2_000 });
  await Promise.all(
    [part('serve', 'a1'), part('serve', 'a2'), part('varnish', 'v1'), part('varnish', 'v2')].map(
      (each) => each.start(),
    ),
  );
  await Promise.all(['a1', 'a2'].map((host) => part('follow', host).start()));
  await vi.waitUntil(async () => {
    const known = await Promise.all(asked.map((one) => one.call('INFO', 'sentinel').catch(String)));
    return known.every((info) => /slaves=2,sentinels=3/.test(String(info)));
  }, PATIENCE);
  const unasked = projects.map((project) => project.name);

  const readNew = async (edges: readonly string[], count: number): Promise<string[]> => {
    const some = unasked.splice(0, count);
    await Promise.all(edges.map((edge) => readerOf(edge).readAllOk(some.map(versionPath))));
    return some;
  };

  /** As two of the sentinels name it: one may have been on the other side. */
  const master = (): Promise<string> =>
    vi.waitFor(async () => {
      const named = await Promise.all(asked.map(masterAddress));
      const found = REDISES.find(
        (name) => named.filter((address) => address === hosts.of(name).address).length > 1,
      );
      if (found === undefined) throw new Error(`the sentinels name ${named.join(', ')}`);
      return found;
    }, PATIENCE);

  const leader = async (): Promise<string> => {
    const leads = async (host: string): Promise<boolean> => {
      if (part('follow', host).pid === undefined) return false;
      const url = `http://${hosts.of(host).address}:${PORTS.follower}`;
      const samples = await scrape(url).catch(() => []);
      return samples.some(({ name }) => name === 'pypins_follower_node_behind');
    };
    return vi.waitFor(async () => {
      const are = await Promise.all(APIS.map(leads));
      const leading = APIS.filter((_, at) => are[at]);
      if (leading.length !== 1) throw new Error(`${leading.length} lead`);
      return leading[0] ?? '';
    }, PATIENCE);
  };

  return {
    hosts,
    standIn,
    store,
    part,
    setEdges,
    edgeUrl,
    leader,
    master,
    untilOtherMaster: (before) =>
      vi.waitUntil(async () => (await master()) !== before, PATIENCE).then(() => undefined),
    async isWell(apis) {
      await vi.waitUntil(async () => {
        const urls = apis.map((api) => `http://${hosts.of(api).address}:${PORTS.admin}`);
        const samples = await Promise.all(urls.map((url) => scrape(url).catch(() => [])));
        return samples.every((of) => sumOf(of, 'pypins_following') === 1);
      }, PATIENCE);
    },
    readNew,
    async hold(edges, count = 2) {
      const held = await readNew(edges, count);
      const told = async () => (await store.rankedOf(FOLLOW_KEYS.held, held))?.length;
      await vi.waitUntil(async () => (await told()) === held.length, PATIENCE);
      return held;
    },
    async wrongOnes(edges, some) {
      const waits = some.map((project) =>
        edges.map((edge) =>
          readerOf(edge).untilSays(versionPath(project), '1.1', PATIENCE.timeout),
        ),
      );
      const tookMs = await Promise.all(waits.map((each) => Promise.all(each)));
      return some.filter((_, place) => tookMs[place]?.includes(Infinity));
    },
    async close() {
      for (const client of asked) client.disconnect();
      await store.close();
      await Promise.all([...readers.values()].map((reader) => reader.close()));
      await Promise.all([...parts.values()].map((each) => each.kill()));
      await hosts.close();
      way.close();
      await standIn.close();
      await directory.remove();
    },
  };
}

const retryStrategy = (): number => 200;

/** The address of the master by a sentinel; empty if it does not answer. */
async function masterAddress(sentinel: Redis): Promise<string> {
  const reply = await sentinel
    .call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)
    .catch(() => undefined);
  return Array.isArray(reply) ? String(reply[0]) : '';
}
