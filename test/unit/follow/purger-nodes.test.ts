import { expect, test, vi } from 'vitest';
import { MINUTE, SECOND } from '../cache/facts/harness.ts';
import { makeFlaky } from './harness.ts';
import type { PurgeListener } from './purge-listener.ts';
import { startEdge } from './purger-harness.ts';

const SECOND_PURGE_MS = 10 * SECOND;
const MARGIN_MS = 2 * MINUTE;

/** Lets a node answer what has the tag only when it is released, with one status, and all else with another. */
function holdBack(node: PurgeListener, tag: string, statuses: { held: number; others: number }) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  node.answers(async (response, tags) => {
    const isHeld = tags.includes(tag);
    if (isHeld) {
      asked.resolve();
      await released.promise;
    }
    response.writeHead(isHeld ? statuses.held : statuses.others).end('{"purged":1}');
  });
  return { isAsked: asked.promise, release: released.resolve };
}

type Act = (node: PurgeListener) => Promise<void> | void;
const isWell: Act = (node) => node.isWell();

test.each<[string, Act, Act]>([
  ['is down', (node) => node.stop(), (node) => node.start()],
  ['refuses', (node) => node.answers((of) => void of.writeHead(403).end()), isWell],
  ['is no purge listener', (node) => node.answers((of) => void of.end('<html>')), isWell],
])(
  'a node that %s is remembered, and takes what it has missed when it is back',
  async (_, fail, recover) => {
    const { clock, nodes, urls, counts, told, beginWell } = await startEdge();
    const [well, ill] = nodes;
    const purger = await beginWell();
    await fail(ill);
    const failedAtMs = clock.nowMs;
    await purger.purge(['requests']);
    expect(well.takeTags()).toEqual(['project/requests']);
    expect(purger.behind()).toEqual([ill.url]);
    clock.nowMs += 10 * MINUTE;
    await purger.purge(['flask']);
    await purger.tick();
    expect(purger.behind()).toEqual([ill.url]);
    expect(purger.positions()).toEqual({ [urls[0]]: clock.nowMs, [urls[1]]: failedAtMs });
    expect(counts).toEqual({ purged: 2, failed: 2 });

    await recover(ill);
    well.takeTags();
    await purger.tick();
    expect(ill.takeTags()).toEqual(['project/flask', 'project/requests']);
    expect(well.taken).toEqual([]);
    expect(purger.behind()).toEqual([]);
    expect(purger.positions()[ill.url]).toBe(clock.nowMs);
    await purger.tick();
    expect(ill.taken).toEqual([]);
    // Once each, however many purges fail.
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^1 (?:does not answer|refuses|answers)/);
    expect(told[1]).toBe('1 is back');
  },
);

test('a node that says nothing at all is given up, and the others have long been purged', async () => {
  const { nodes, beginWell } = await startEdge();
  const [well, silent] = nodes;
  const purger = await beginWell();
  silent.answers(() => undefined);
  const purged = purger.purge(['requests']);
  await vi.waitUntil(() => well.taken.length > 0, { timeout: 60_000 });
  expect(purger.behind()).toEqual([]);
  await purged;
  expect(purger.behind()).toEqual([silent.url]);
});

test('a node that fails late takes that purge again, although it has taken later ones', async () => {
  const { clock, nodes, urls, beginWell } = await startEdge();
  const [, ill] = nodes;
  const purger = await beginWell();
  const { isAsked, release } = holdBack(ill, 'project/first', { held: 503, others: 200 });
  const startedAtMs = clock.nowMs;
  const first = purger.purge(['first']);
  await isAsked;
  clock.nowMs += 2 * MARGIN_MS;
  await purger.purge(['second']);
  expect(purger.positions()[urls[1]]).toBe(clock.nowMs);
  release();
  await first;
  expect(purger.positions()[urls[1]]).toBe(startedAtMs);
  ill.isWell();
  await purger.tick();
  expect(ill.takeTags()).toEqual(['project/first', 'project/second']);
});

test('a node that fails with a purge while it is catching up is still behind', async () => {
  const { nodes, beginWell } = await startEdge();
  const [, ill] = nodes;
  const purger = await beginWell();
  await ill.stop();
  await purger.purge(['first']);
  await ill.start();
  const { isAsked, release } = holdBack(ill, 'project/first', { held: 200, others: 503 });
  const catchingUp = purger.tick();
  await isAsked;
  await purger.purge(['second']);
  release();
  await catchingUp;
  expect(purger.behind()).toEqual([ill.url]);
  ill.isWell();
  await purger.tick();
  expect(ill.takeTags()).toContain('project/second');
  expect(purger.behind()).toEqual([]);
});

test('a node that fails when a purge is done once more is behind', async () => {
  const { clock, nodes, beginWell } = await startEdge();
  const [, ill] = nodes;
  const purger = await beginWell();
  await purger.purge(['requests']);
  await ill.stop();
  clock.nowMs += SECOND_PURGE_MS;
  await purger.tick();
  expect(purger.behind()).toEqual([ill.url]);
  await ill.start();
  ill.takeTags();
  await purger.tick();
  expect(ill.takeTags()).toEqual(['project/requests']);
});

test('a node stays behind while the store cannot tell what it has missed', async () => {
  const { nodes, store, beginWell } = await startEdge();
  const [, ill] = nodes;
  const flaky = makeFlaky(store);
  const purger = await beginWell(flaky.store);
  await ill.stop();
  await purger.purge(['requests']);
  await ill.start();
  flaky.fails();
  await purger.tick();
  expect(purger.behind()).toEqual([ill.url]);
  flaky.recovers();
  await purger.tick();
  expect(ill.takeTags()).toEqual(['project/requests']);
  expect(purger.behind()).toEqual([]);
});
