import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../../follow/keys.ts';
import { RENEW_MS } from '../../follow/leader.ts';
import { type FollowerStatus, readStatus } from '../../follow/state/status.ts';
import { LAG_BOUNDS_SECONDS } from '../../metrics.ts';
import type { Finding } from './finding.ts';

/** A leader renews its lease more often. */
const PATIENCE_MS = RENEW_MS + 3_000;
const POLL_MS = 500;

const check = 'follower';
const NO_FOLLOWER = {
  check,
  status: 'warn',
  advice: 'Run `pypins follow`. The edge keeps facts for ten minutes meanwhile.',
} as const;

/**
 * Checks the follower: waits until the leader renews its lease, since one that is killed holds it for a while.
 * `runsHere`: whether a follower runs on this machine.
 */
export async function checkFollower(
  store: Store,
  runsHere: () => Promise<boolean>,
): Promise<Finding> {
  const isHere = await runsHere();
  let leftMs = (await store.leaseLeftMs(FOLLOW_KEYS.lease)) ?? 0;
  let isLed = false;
  const untilMs = performance.now() + (leftMs > 0 || isHere ? PATIENCE_MS : 0);
  while (performance.now() < untilMs) {
    await sleep(POLL_MS);
    const nextMs = (await store.leaseLeftMs(FOLLOW_KEYS.lease)) ?? 0;
    isLed ||= nextMs > leftMs;
    leftMs = nextMs;
    const status = isLed ? await readStatus(store) : undefined;
    if (status !== undefined) return findingOf(status);
  }
  const last = await readStatus(store);
  if (last === undefined && !isHere) return { ...NO_FOLLOWER, detail: 'there is none' };
  if (!isHere) return { ...NO_FOLLOWER, detail: 'the last one has stopped' };
  return {
    check,
    status: 'warn',
    detail: 'runs on this machine, but does not report to this store',
    advice: 'Give it the same settings of Redis, or the same CACHE_DIR, and restart it.',
  };
}

function findingOf(status: FollowerStatus): Finding {
  const { feed, pollAgeMs, isBehind, nodesBehind } = status;
  const answers = pollAgeMs === null ? 'has not answered yet' : 'answers';
  const detail = `follows ${feed}, which ${answers}; ${lagOf(status)}`;
  if (nodesBehind.length > 0) {
    const nodes = nodesBehind.join(', ');
    const advice = `Check that these listen for purges, and have the same PURGE_KEY: ${nodes}.`;
    return { check, status: 'warn', detail: `${detail}; edge nodes miss purges`, advice };
  }
  if (!isBehind && pollAgeMs !== null) return { check, status: 'ok', detail };
  const advice =
    'Check PyPI. The edge keeps facts for ten minutes until the follower has caught up.';
  return { check, status: 'warn', detail: `${detail}; it is behind`, advice };
}

/** The median lag, as a bound of the histogram. */
function lagOf({ lags }: FollowerStatus): string {
  const total = lags.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'no release purged yet';
  let sum = 0;
  const middle = lags.findIndex((count) => (sum += count) * 2 >= total);
  const bound = LAG_BOUNDS_SECONDS[middle];
  const within =
    bound === undefined ? `more than ${LAG_BOUNDS_SECONDS.at(-1)}` : `at most ${bound}`;
  return `median lag of ${total} purged releases: ${within} s`;
}
