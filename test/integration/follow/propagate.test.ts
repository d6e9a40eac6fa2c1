import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { StandIn } from '../../../sample/stand-in.ts';
import { createEdge } from '../../../src/edge/nodes.ts';
import { type Attempt, propagate } from '../../../src/edge/propagate.ts';
import type { OpenedSources } from '../../../src/facts/sources.ts';
import type { Config } from '../../../src/config.ts';
import { type PurgeListener, startPurgeListener } from '../../support/edge/purge-listener.ts';
import { startStandIn } from '../../support/service/service.ts';
import { openSourcesForTest } from '../../support/service/sources.ts';

const PROJECT = 'sample-plain';
const RETRIES_MS = [10, 10];

let standIn: StandIn;
let node: PurgeListener;
let opened: OpenedSources;
let config: Config;
beforeEach(async () => {
  standIn = await startStandIn();
  onTestFinished(() => standIn.close());
  node = await startPurgeListener();
  const settings = { PYPI_URL: standIn.url, VARNISH_URLS: node.url, PURGE_KEY: 'x' };
  ({ opened, config } = await openSourcesForTest(settings));
  // No other process receives messages.
  opened = { ...opened, messages: { ...opened.messages, settleMs: 0 } };
});

/** Runs all checks and returns whether each one purged; calls `between` after the first. Does not wait for echoes. */
async function lookAll({ between = (): unknown => undefined } = {}) {
  const stop = new AbortController();
  const looks: (Omit<Attempt, 'purge' | 'serial'> & { isPurged: boolean })[] = [];
  const edge = createEdge(config);
  const options = { ...opened, edge, retriesMs: RETRIES_MS };
  for await (const { purge, serial: _, ...look } of propagate(options, PROJECT, stop.signal)) {
    looks.push({ ...look, isPurged: purge !== undefined });
    if (looks.length === 1) await between();
    const isLast = !look.isPending || looks.length > RETRIES_MS.length;
    if (isLast) stop.abort();
  }
  return looks;
}

const know = (): Promise<unknown> => opened.sources.projects.get(PROJECT);

const NEW = { state: 'known', hasChanged: true, isPurged: true, isPending: false };
const AS_BEFORE = { state: 'known', hasChanged: false, isPurged: false, isPending: true };
const UNANSWERED = { state: 'unanswered', hasChanged: false, isPurged: false, isPending: true };

test('an unknown project counts as new', async () => {
  expect(await lookAll()).toMatchObject([{ ...NEW, version: '1.2.3' }]);
});

test('an unchanged project is purged once, since the edge may be older, and checked again', async () => {
  await know();
  expect(await lookAll()).toMatchObject([{ ...AS_BEFORE, isPurged: true }, AS_BEFORE, AS_BEFORE]);
});

test('a release that PyPI serves later is purged then', async () => {
  await know();
  const looks = await lookAll({ between: () => standIn.publish(PROJECT, '1.3.0') });
  const [first, second] = [
    { ...AS_BEFORE, isPurged: true, version: '1.2.3' },
    { ...NEW, version: '1.3.0' },
  ];
  expect(looks).toMatchObject([first, second]);
  expect(node.asked).toHaveLength(2);
});

test('the record of the Simple API, if there is one, follows, and PyPI’s old page is fetched again', async () => {
  const { simple } = opened.sources;
  await Promise.all([know(), simple.get(PROJECT)]);
  standIn.publish(PROJECT, '2.0rc1');
  standIn.misbehave({ mode: 'wrong-serial', api: 'simple' });
  const looks = await lookAll({ between: () => standIn.behave() });
  expect(looks).toMatchObject([{ hasChanged: false, isPurged: true }, { ...NEW }]);
  expect(await simple.get(PROJECT)).toMatchObject({
    state: 'fresh',
    value: { latestPre: '2.0rc1', release: '1.2.3' },
  });
});

test('without a record of the Simple API, it is not asked', async () => {
  await know();
  standIn.publish(PROJECT, '1.3.0');
  await lookAll();
  expect(standIn.requests.filter(({ path }) => path.startsWith('/simple/'))).toEqual([]);
});

test('a request that fetches the release first does not prevent the purge', async () => {
  await know();
  const between = () => {
    standIn.publish(PROJECT, '1.3.0');
    void opened.sources.projects.refresh(PROJECT);
  };
  const looks = await lookAll({ between });
  expect(looks).toMatchObject([{}, NEW]);
});

test('purges a removed project, but not one that never existed', async () => {
  await know();
  standIn.remove(PROJECT);
  const gone = { state: 'absent', hasChanged: false, isPending: false };
  expect(await lookAll()).toMatchObject([{ ...gone, isPurged: true }]);
  expect(await lookAll()).toMatchObject([{ ...gone, isPurged: false }]);
});

test.each(['503', 'garbage', 'wrong-serial'] as const)(
  'confirms and purges nothing while PyPI answers with %s',
  async (mode) => {
    standIn.publish(PROJECT, '1.3.0');
    await know();
    standIn.misbehave({ mode });
    expect(await lookAll()).toMatchObject([UNANSWERED, UNANSWERED, UNANSWERED]);
    expect(node.asked).toEqual([]);
  },
);

test('purges once PyPI answers', async () => {
  await know();
  standIn.publish(PROJECT, '1.3.0');
  standIn.misbehave({ mode: '503' });
  const looks = await lookAll({ between: () => standIn.behave() });
  expect(looks).toMatchObject([UNANSWERED, NEW]);
});

test('purges a release that a request fetched while PyPI did not answer the follower', async () => {
  await know();
  standIn.publish(PROJECT, '1.3.0');
  standIn.misbehave({ mode: '503' });
  const between = async () => {
    standIn.behave();
    await opened.sources.projects.refresh(PROJECT);
    standIn.misbehave({ mode: '503' });
  };
  expect(await lookAll({ between })).toMatchObject([UNANSWERED, { ...NEW, version: '1.3.0' }]);
});

test('stops when the signal aborts', async () => {
  await know();
  const stop = new AbortController();
  const edge = createEdge({ VARNISH_URLS: [], PURGE_KEY: '' });
  const looks = propagate({ ...opened, edge }, PROJECT, stop.signal);
  expect((await looks.next()).value).toMatchObject({ isPending: true });
  stop.abort();
  expect(await looks.next()).toEqual({ value: undefined, done: true });
});
