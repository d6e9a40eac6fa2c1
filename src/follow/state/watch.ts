import type { Store } from '../../../cache/store.ts';
import { type FollowerStatus, readStatus } from './status.ts';

const LOOK_MS = 5_000;
/** A follower that has not been heard for so long is gone: it tells of itself every few seconds. */
const SILENT_MS = 30_000;
/** A feed that has not answered for so long is late: it is asked every 20 seconds. */
const LATE_MS = 90_000;

/** How a web process sees the follower. */
export interface FollowerWatch {
  /** Whether releases are being followed right now, so that the edge may keep facts for a day. */
  readonly isFollowing: () => boolean;
  /** What the follower said last, and how many milliseconds ago that was heard; undefined: never. */
  readonly last: () => { readonly status: FollowerStatus; readonly ageMs: number } | undefined;
  readonly close: () => void;
}

/** Looks every five seconds at what the follower says. Ages are by this process's own steady clock. */
export async function watchFollower(
  store: Store,
  clock: () => number = () => performance.now(),
): Promise<FollowerWatch> {
  let seen: { status: FollowerStatus; atMs: number } | undefined;

  const look = async (): Promise<void> => {
    const status = await readStatus(store);
    if (status === undefined || seen?.status.beat === status.beat) return;
    // What lay in the store may be of any age: only a change tells that somebody is there.
    seen = { status, atMs: seen === undefined ? -Infinity : clock() };
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_MS).unref();

  return {
    isFollowing() {
      // Nor does the follower hear of what is asked for while the store fails.
      if (!store.healthy || seen === undefined || clock() - seen.atMs > SILENT_MS) return false;
      const { isBehind, pollAgeMs } = seen.status;
      return !isBehind && pollAgeMs !== null && pollAgeMs + clock() - seen.atMs < LATE_MS;
    },
    last: () => seen && { status: seen.status, ageMs: clock() - seen.atMs },
    close: () => clearInterval(timer),
  };
}
