import { expect, test } from 'vitest';
import { createEdge } from '../../../src/edge/nodes.ts';
import { createPurger, type Purger } from '../../../src/follow/purger.ts';
import type { NodePositions } from '../../../src/follow/roll.ts';
import { MINUTE, SECOND } from '../cache/facts/harness.ts';
import { createClock, openStore } from './harness.ts';
import { PURGE_KEY, type PurgeListener, startPurgeListener } from './purge-listener.ts';

const FIRST = '127.0.0.2';
const SECOND_NODE = '127.0.0.3';
const THIRD = '127.0.0.4';

/** Listeners at the same port of several addresses, and a name that means those which the test chooses. */
async function startNamedEdge(...addresses: string[]) {
  const first = await startPurgeListener(FIRST);
  const port = Number(new URL(first.url).port);
  const others = [SECOND_NODE, THIRD].map(
    async (address) => [address, await startPurgeListener(address, port)] as const,
  );
  const listeners = new Map([[FIRST, first] as const, ...(await Promise.all(others))]);
  const name = { addresses };
  const clock = createClock();
  const store = openStore(clock.read);
  const sets: string[][] = [];
  const told: string[] = [];
  const url = `http://varnish-nodes:${port}`;
  const begin = (positions: NodePositions = {}): Promise<Purger> =>
    createPurger({
      edge: createEdge(
        { VARNISH_URLS: [url], PURGE_KEY },
        async () => name.addresses.map((address) => ({ address, family: 4 })),
        clock.read,
      ),
      store,
      positions,
      observe: () => undefined,
      onNode: (node, failure) => void told.push(`${node} ${failure ?? 'is back'}`),
      onNodes: (names) => void sets.push([...names]),
      clock: clock.read,
    });
  return {
    name,
    clock,
    sets,
    told,
    begin,
    nameOf: (address: string) => `${url} (${address})`,
    at: (address: string): PurgeListener => listeners.get(address) ?? first,
    /** Seconds go by, with a tick in each. */
    pass: async (purger: Purger, seconds: number): Promise<void> => {
      for (let left = seconds; left > 0; left -= 1) {
        clock.nowMs += SECOND;
        await purger.tick();
      }
    },
  };
}

test('every address of a name is purged, under the name, and told apart', async () => {
  const { at, begin, nameOf, sets } = await startNamedEdge(FIRST, SECOND_NODE);
  const purger = await begin();
  await purger.tick();
  await at(SECOND_NODE).stop();
  const { taken, failed } = await purger.purge(['requests']);
  expect([taken, failed]).toEqual([[nameOf(FIRST)], [nameOf(SECOND_NODE)]]);
  expect(at(FIRST).takeTags()).toContain('project/requests');
  expect(at(FIRST).hosts).toEqual(new Set([new URL(nameOf(FIRST).split(' ')[0] ?? '').host]));
  expect(purger.behind()).toEqual([nameOf(SECOND_NODE)]);
  expect([...purger.nodes()]).toEqual([
    [nameOf(FIRST), true],
    [nameOf(SECOND_NODE), false],
  ]);
  expect(sets).toEqual([[nameOf(FIRST), nameOf(SECOND_NODE)]]);
});

test('a node that comes gets what it may have missed, and one that goes is not waited for', async () => {
  const { at, begin, nameOf, name, pass, told } = await startNamedEdge(FIRST, SECOND_NODE);
  const purger = await begin();
  await purger.tick();
  await purger.purge(['before']);
  await at(SECOND_NODE).stop();
  await purger.purge(['meanwhile']);
  expect(purger.behind()).toEqual([nameOf(SECOND_NODE)]);
  name.addresses = [FIRST, THIRD];
  await pass(purger, 6);
  expect(purger.behind()).toEqual([]);
  expect(at(THIRD).takeTags()).toEqual(['project/before', 'project/meanwhile']);
  expect([...purger.nodes().keys()]).toEqual([nameOf(FIRST), nameOf(THIRD)]);
  expect(told).toHaveLength(1);
});

test('a node that comes between the two purges gets the second one, without a look-up by itself', async () => {
  const { at, begin, name, clock } = await startNamedEdge(FIRST);
  const purger = await begin();
  await purger.tick();
  await purger.purge(['requests']);
  name.addresses = [FIRST, SECOND_NODE];
  clock.nowMs += 10 * SECOND;
  await purger.tick();
  for (const address of [FIRST, SECOND_NODE])
    expect(at(address).takeTags()).toContain('project/requests');
});

test('a node that comes back, with its copies, gets what was purged since it took purges last', async () => {
  const { at, begin, name, pass, clock } = await startNamedEdge(FIRST, SECOND_NODE);
  const purger = await begin();
  await purger.tick();
  await purger.purge(['taken']);
  await pass(purger, 11);
  clock.nowMs += 10 * MINUTE;
  await purger.purge(['last']);
  name.addresses = [FIRST];
  await pass(purger, 6);
  await purger.purge(['missed']);
  at(SECOND_NODE).takeTags();
  // Another leader goes on from what this one has left.
  clock.nowMs += MINUTE;
  const next = await begin(purger.positions());
  await next.tick();
  name.addresses = [FIRST, SECOND_NODE];
  await pass(next, 5);
  expect(at(SECOND_NODE).takeTags()).toEqual(['project/last', 'project/missed']);
});

test('addresses of nodes that have long gone are forgotten, and the latest 250 of others remembered', async () => {
  const { begin, clock, nameOf } = await startNamedEdge(FIRST);
  const purger = await begin({ [nameOf('10.9.9.9')]: clock.nowMs - 26 * 60 * MINUTE });
  expect(Object.keys(purger.positions())).toEqual([nameOf(FIRST)]);
  const gone = Array.from({ length: 300 }, (_, at) => `10.0.${at}.1`);
  const ages = gone.map((address, at) => [nameOf(address), clock.nowMs - at] as const);
  const { positions } = await begin(Object.fromEntries(ages));
  expect(Object.keys(positions())).toHaveLength(1 + 250);
  expect(positions()).toHaveProperty([nameOf(gone[249] ?? '')]);
  expect(positions()).not.toHaveProperty([nameOf(gone[250] ?? '')]);
});

test('under a stream of purges nodes come, go and change their addresses: each has taken all of its time', async () => {
  const { at, begin, name, pass, clock } = await startNamedEdge(FIRST, SECOND_NODE);
  const purger = await begin();
  const scenes: readonly (readonly string[])[] = [
    [FIRST, SECOND_NODE],
    [FIRST, SECOND_NODE, THIRD],
    [SECOND_NODE, THIRD],
    [THIRD],
    [FIRST, THIRD],
    [],
    [FIRST, SECOND_NODE],
  ];
  const purged: string[] = [];
  for (const [place, addresses] of scenes.entries()) {
    name.addresses = [...addresses];
    for (let step = 0; step < 4; step += 1) {
      const project = `p-${place}-${step}`;
      purged.push(`project/${project}`);
      await purger.purge([project]);
      await pass(purger, 2);
    }
    await pass(purger, 10);
    for (const address of addresses) {
      const taken = new Set(at(address).taken.flat());
      expect(purged.filter((tag) => !taken.has(tag))).toEqual([]);
    }
    expect(purger.behind()).toEqual([]);
    clock.nowMs += SECOND;
  }
});
