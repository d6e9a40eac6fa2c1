import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type ChangeQueue,
  createChangeQueue,
  type Pending,
  pendingSchema,
} from '../../../../src/follow/changes/queue.ts';
import { NOW } from '../../cache/facts/harness.ts';

/** As many looks as there are before a change is given up. */
const LOOKS = 8;

/** What may happen to a queue, in any order. */
const event = fc.oneof(
  fc.record({
    what: fc.constant('add' as const),
    project: fc.constantFrom('a', 'b', 'c', 'd'),
    release: fc.constantFrom('1.0', '1.1', '2.0', '2.1'),
    serial: fc.option(fc.nat(), { nil: undefined }),
    agoMs: fc.nat(100_000),
  }),
  fc.record({ what: fc.constant('take' as const), limit: fc.nat(3) }),
  fc.record({ what: fc.constant('settle' as const), isTold: fc.boolean(), which: fc.nat(3) }),
  fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 60_000, 4_000_000) }),
  fc.record({ what: fc.constant('restart' as const) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The queue, and what has to be in it: the releases of each project that PyPI has not confirmed. */
interface World {
  queue: ChangeQueue;
  nowMs: number;
  underWay: Pending[];
  readonly awaited: Map<string, Map<string, number>>;
}

function happen(world: World, of: Event): void {
  if (of.what === 'add') add(world, of);
  else if (of.what === 'take') take(world, of.limit);
  else if (of.what === 'settle') settle(world, of);
  else if (of.what === 'pass') world.nowMs += of.ms;
  else {
    const text = JSON.stringify(world.queue.snapshot());
    world.queue = createChangeQueue(z.array(pendingSchema).parse(JSON.parse(text)));
    world.underWay = [];
  }
}

function add(world: World, of: Extract<Event, { what: 'add' }>): void {
  const { project, release, serial } = of;
  const change = { project, release, serial, atMs: world.nowMs - of.agoMs };
  expect(world.queue.add(change, world.nowMs)).toBe(true);
  const releases = world.awaited.get(project) ?? new Map<string, number>();
  releases.set(release, Math.min(change.atMs, releases.get(release) ?? Infinity));
  world.awaited.set(project, releases);
}

function take(world: World, limit: number): void {
  const taken = world.queue.takeDue(world.nowMs, limit);
  expect(taken.length).toBeLessThanOrEqual(limit);
  for (const { project, dueAtMs } of taken) {
    expect(dueAtMs).toBeLessThanOrEqual(world.nowMs);
    expect(world.underWay.map((each) => each.project)).not.toContain(project);
  }
  world.underWay.push(...taken);
}

/** As it is done with what PyPI has said. */
function settle(world: World, { isTold, which }: Extract<Event, { what: 'settle' }>): void {
  const [pending] = world.underWay.splice(which, 1);
  if (pending === undefined) return;
  const isNewer = world.queue
    .snapshot()
    .some((each) => each.project === pending.project && each !== pending);
  const isNews = isTold && !pending.isTold;
  const next = {
    ...pending,
    isTold: isTold || pending.isTold,
    attempt: isNews ? 0 : pending.attempt,
  };
  world.queue.settle(next, world.nowMs);
  const isGivenUp = !next.isTold && next.attempt >= LOOKS && !isNewer;
  if (isGivenUp) world.awaited.delete(pending.project);
  if (isNews)
    for (const release of pending.releases) world.awaited.get(pending.project)?.delete(release);
}

function check({ queue, awaited }: World): void {
  const held = queue.snapshot();
  const projects = held.map(({ project }) => project);
  expect(projects).toEqual([...new Set(projects)]);
  for (const [project, releases] of awaited) {
    if (releases.size === 0) continue;
    const entry = held.find((each) => each.project === project);
    expect(entry).toMatchObject({ isTold: false });
    expect(entry?.releases).toEqual(expect.arrayContaining([...releases.keys()]));
    expect(entry?.atMs).toBeLessThanOrEqual(Math.min(...releases.values()));
  }
  expect(queue.unconfirmed()).toBe(held.filter(({ isTold }) => !isTold).length);
}

test('whatever happens in whatever order, a project has one entry, and no release is lost before PyPI has confirmed it', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const world: World = {
        queue: createChangeQueue(),
        nowMs: NOW,
        underWay: [],
        awaited: new Map(),
      };
      for (const each of events) {
        happen(world, each);
        check(world);
      }
    }),
    { numRuns: 200 },
  );
});
