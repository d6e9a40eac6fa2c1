import type { Store } from '../../../cache/store/contract.ts';
import { type FollowerStatus, readStatus } from './status.ts';

const LOOK_MS = 5_000;
/** A follower silent for so long is gone: it writes its status every three seconds. */
const SILENT_MS = 30_000;
/** A feed that has not answered for so long is late: it is polled every 20 seconds. */
const LATE_MS = 90_000;

/** The follower, as a web process sees it. */
export interface FollowerWatch {
  /** Releases are being followed now: the edge may keep facts for a day. */
  readonly isFollowing: () => boolean;
  /** The follower's last status, and how many milliseconds ago it was read; undefined: never. */
  readonly last: () => { readonly status: FollowerStatus; readonly ageMs: number } | undefined;
  readonly close: () => void;
}

/** Reads the follower's status every five seconds. Ages are by this process's monotonic clock. */
export async function watchFollower(
  store: Store,
  clock: () => number = () => performance.now(),
): Promise<FollowerWatch> {
  let seen: { status: FollowerStatus; atMs: number } | undefined;

  const look = async (): Promise<void> => {
    const status = await readStatus(store);
    if (status === undefined || seen?.status.beat === status.beat) return;
    // The first status may be of any age: only a change shows that a follower runs.
    seen = { status, atMs: seen === undefined ? -Infinity : clock() };
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_MS).unref();

  return {
    isFollowing() {
      // While the store fails, the follower does not learn which projects are requested.
      if (!store.healthy || seen === undefined || clock() - seen.atMs > SILENT_MS) return false;
      const { isBehind, pollAgeMs } = seen.status;
      return !isBehind && pollAgeMs !== null && pollAgeMs + clock() - seen.atMs < LATE_MS;
    },
    last: () => seen && { status: seen.status, ageMs: clock() - seen.atMs },
    close: () => clearInterval(timer),
  };
}
