import type { Store } from '../../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../keys.ts';
import { LEASE_MS } from '../leader.ts';
import { type FollowerStatus, readStatus } from './status.ts';

const LOOK_MS = 5_000;
/** With the lease of a killed leader, releases count as followed for 30 seconds after its end. */
const SILENT_MS = 15_000;

/** The follower, as a web process sees it. */
export interface FollowerWatch {
  /** Releases are being followed now: the edge may keep facts for a day. */
  readonly isFollowing: () => boolean;
  /**
   * The follower's last status, how many milliseconds ago it was found (infinite: it was there before), and how many ago
   * a follower was seen to lead; undefined: there is no status.
   */
  readonly last: () =>
    | { readonly status: FollowerStatus; readonly ageMs: number; readonly silentMs: number }
    | undefined;
  readonly close: () => void;
}

/** Reads the follower's lease and status every five seconds. Ages are by this process's monotonic clock. */
export async function watchFollower(
  store: Store,
  clock: () => number = () => performance.now(),
): Promise<FollowerWatch> {
  let seen:
    { readonly status: FollowerStatus; readonly text: string; readonly atMs: number } | undefined;
  let ledAtMs = -Infinity;

  const look = async (): Promise<void> => {
    const [status, leftMs] = await Promise.all([
      readStatus(store),
      store.leaseLeftMs(FOLLOW_KEYS.lease),
    ]);
    if (leftMs === undefined) return;
    // A lease that ends later than any leader's was taken before the store's clock was set back.
    if (leftMs > 0 && leftMs < 2 * LEASE_MS) ledAtMs = clock();
    const text = JSON.stringify(status);
    if (status === undefined) seen = undefined;
    else if (text !== seen?.text)
      seen = { status, text, atMs: seen === undefined ? -Infinity : clock() };
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_MS).unref();

  return {
    isFollowing() {
      // While the store fails, the follower does not learn which projects are requested.
      if (!store.healthy || seen === undefined || clock() - ledAtMs > SILENT_MS) return false;
      const { isBehind, pollAgeMs } = seen.status;
      return !isBehind && pollAgeMs !== null;
    },
    last: () =>
      seen && { status: seen.status, ageMs: clock() - seen.atMs, silentMs: clock() - ledAtMs },
    close: () => clearInterval(timer),
  };
}
