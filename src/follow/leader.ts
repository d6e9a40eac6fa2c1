import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from './keys.ts';

/** A leader that is killed holds the lease for so long. */
export const LEASE_MS = 15_000;
export const RENEW_MS = 6_000;
/** How often a standby tries to take the lead; with the lease's length, the longest time without a leader. */
const TRY_MS = 4_000;

/**
 * Runs the work while this process leads, until the signal aborts. Other processes stand by; one takes over within 20 s of
 * a leader's end. The work's signal aborts when the lead is lost, and the work has to end soon after. While the store
 * fails, the leader stays.
 */
export async function whileLeading(
  store: Store,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const answer = await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
    if (answer.state === 'granted') await whileLeased(answer.lease, signal, work);
    else await sleep(TRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Renews a lease while the work runs, and releases it then. The work's signal aborts also when the lease is lost. */
export async function whileLeased<T>(
  lease: Lease,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const renewing = setInterval(() => {
    void lease.renew(LEASE_MS).then((state) => state === 'lost' && lost.abort());
  }, RENEW_MS);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    await lease.release();
  }
}
