import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from './keys.ts';

const LEASE_MS = 15_000;
const RENEW_MS = 4_000;
/** How often one that stands by asks for the lead; with the lease's length, the longest time without a leader. */
const ASK_MS = 4_000;

/**
 * Does the work while this process holds the lead, again and again until the signal aborts; others stand by meanwhile, and
 * one of them takes over within 20 s. The work gets a signal that aborts when the lead is lost, and ends soon after.
 * A store that fails leaves the lead where it is.
 */
export async function whileLeading(
  store: Store,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const answer = await store.acquireLease(FOLLOW_KEYS.lease, LEASE_MS);
    if (answer.state === 'granted') await lead(answer.lease, signal, work);
    else await sleep(ASK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function lead(
  lease: Lease,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  const renewing = setInterval(() => {
    void lease.renew(LEASE_MS).then((state) => state === 'lost' && lost.abort());
  }, RENEW_MS);
  try {
    await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(renewing);
    await lease.release();
  }
}
