import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { versionPath } from '../follow/support/edge-reader.ts';
import { whyNoHosts } from './support/hosts/namespaces.ts';
import { type Load, startLoad } from '../support/load/load.ts';
import { tellOutcome } from '../support/load/outcomes.ts';
import { isMissing } from '../support/programs.ts';
import { type Site, startSite } from './support/hosts/site.ts';
import { expectOnly } from './support/watched-stack.ts';

const REDISES = ['r1', 'r2', 'r3'];
const BOTH = ['v1', 'v2'];
/** What nobody has the answer of, from a process that has just been lost. */
const NEW_ONES = ['ok', 'stale', 'unavailable'];

const missing =
  whyNoHosts() ?? (isMissing('redis-sentinel', 'varnishd', 'ip') ? 'programs' : undefined);
const why = missing === undefined ? '' : ` (${missing})`;

let site: Site;
/** Projects whose badges are read all the time. */
let read: string[];

/** Readers at each of these edges: of badges that it holds, and of such that it has to ask for. */
function startReaders(edges: readonly string[]): { stop: () => Promise<void> } {
  const pathOf = (at: number): string => versionPath(read[at % read.length] ?? '');
  const uncached = (at: number): string =>
    `${pathOf(at)}?labelColor=${(0x100000 + Math.floor(Math.random() * 0xeffff)).toString(16)}`;
  const options = { clients: 2, restMs: 20, maxRequests: Infinity };
  const start = (path: (at: number) => string): Load[] =>
    edges.map((edge) => startLoad(site.edgeUrl(edge), path, options));
  const [held, others] = [start(pathOf), start(uncached)];
  return {
    async stop() {
      await Promise.all([...held, ...others].map((load) => load.answered(20)));
      for (const load of held) expectOnly(await load.stop(), ['ok']);
      for (const load of others) expectOnly(await load.stop(), NEW_ONES);
    },
  };
}

/** Publishes a release of each; they are right at these edges soon. */
async function expectFollowed(edges: readonly string[], held: readonly string[]): Promise<void> {
  const startedAtMs = performance.now();
  expect(await site.wrongOnes(edges, held)).toEqual([]);
  tellOutcome('hosts of their own: releases at all nodes', {
    seconds: Math.round((performance.now() - startedAtMs) / 1000),
  });
}

function publish(projects: readonly string[]): void {
  for (const project of projects) site.standIn.publish(project);
}

describe.skipIf(missing !== undefined)(`on hosts of their own${why}`, () => {
  beforeAll(async () => {
    site = await startSite();
    await site.isWell(['a1', 'a2']);
    read = await site.hold(BOTH, 10);
  });
  afterAll(() => site.close());

  test('an API process is parted from Redis: it works alone, and follows releases after that', async () => {
    const readers = startReaders(BOTH);
    await Promise.all(REDISES.map((redis) => site.hosts.part('a1', redis)));
    await site.readNew(BOTH, 2);
    await Promise.all(REDISES.map((redis) => site.hosts.join('a1', redis)));
    await site.isWell(['a1', 'a2']);
    const held = await site.hold(BOTH);
    publish(held);
    await expectFollowed(BOTH, held);
    await readers.stop();
  });

  test('a Varnish node is parted from the leading follower and its API process: it is purged after that', async () => {
    const readers = startReaders(BOTH);
    const held = await site.hold(BOTH);
    const leader = await site.leader();
    await site.hosts.part('v1', leader);
    publish(held);
    await expectFollowed(['v2'], held);
    await site.hosts.join('v1', leader);
    await expectFollowed(BOTH, held);
    await readers.stop();
    await site.isWell(['a1', 'a2']);
  });

  test('the cable of the Redis that is the master is pulled: another one takes over', async () => {
    const readers = startReaders(BOTH);
    const held = await site.hold(BOTH);
    const master = await site.master();
    await site.hosts.isolate(master);
    publish(held);
    await site.untilOtherMaster(master);
    await expectFollowed(BOTH, held);
    await site.hosts.reconnect(master);
    await site.isWell(['a1', 'a2']);
    expect(await site.master()).not.toBe(master);
    await readers.stop();
  });

  test('a host with the API and the leading follower is lost: the others go on', async () => {
    const readers = startReaders(BOTH);
    const held = await site.hold(BOTH);
    const lost = await site.leader();
    await site.hosts.isolate(lost);
    const programs = [site.part('serve', lost), site.part('follow', lost)];
    await Promise.all(programs.map((part) => part.kill()));
    publish(held);
    await expectFollowed(BOTH, held);
    await readers.stop();
    await site.hosts.reconnect(lost);
    await Promise.all(programs.map((part) => part.start()));
    await site.isWell(['a1', 'a2']);
  });

  test('a Varnish node is replaced by one with another address: releases are right at it, too', async () => {
    const readers = startReaders(['v1']);
    const before = await site.hold(BOTH);
    await site.part('varnish', 'v2').stop();
    publish(before);
    await site.part('varnish', 'v3').start();
    await site.setEdges(['v1', 'v3']);
    await expectFollowed(['v1', 'v3'], before);
    const held = await site.hold(['v1', 'v3']);
    publish(held);
    await expectFollowed(['v1', 'v3'], held);
    await readers.stop();
  });

  test('API processes and followers are replaced one after the other, each new one before the old one stops', async () => {
    const edges = ['v1', 'v3'];
    const readers = startReaders(edges);
    const hosts = ['a3', 'a1', 'a2'];
    for (const [at, fresh] of hosts.slice(0, 2).entries()) {
      const old = hosts[at + 1] ?? '';
      const held = await site.hold(edges);
      const replace = async (program: 'serve' | 'follow'): Promise<void> => {
        await site.part(program, fresh).start();
        await site.part(program, old).stop();
      };
      await Promise.all([replace('serve'), replace('follow')]);
      publish(held);
      await expectFollowed(edges, held);
    }
    await site.isWell(['a3', 'a1']);
    await readers.stop();
  });
});
