import { z } from 'zod';
import { RETRIES_MS } from '../../edge/refetch.ts';
import type { Change } from '../feeds/feed.ts';

/** With more changes than these, marking everything stale is cheaper: the follower treats them as a gap. */
const MAX_PENDING = 10_000;
const MAX_RELEASES = 64;

/** Waits after `RETRIES_MS`: the edge may keep the old badge for a day, so late confirmations still matter. */
const LATE_MS = [60_000, 300_000, 900_000, 3_600_000];
/** RSS lists a release with its first file. More files may follow: checked 5 and 30 minutes later. */
const AFTERWARDS_MS = [300_000, 1_500_000];

const serial = z.number().int().nonnegative();

/** A change that waits for its next refetch. Stored: see `state.ts`. */
export const pendingSchema = z.object({
  project: z.string(),
  /** Releases whose own records are due with the project's. */
  releases: z.array(z.string()).max(MAX_RELEASES),
  release: z.string().optional(),
  serial: serial.optional(),
  atMs: z.number(),
  isRemoval: z.boolean().optional(),
  attempt: z.number().int().nonnegative(),
  dueAtMs: z.number(),
  /** Last known serial before the change. */
  baseline: serial.optional(),
  /** PyPI has confirmed the change; further refetches look for files added later. */
  isTold: z.boolean(),
});
export type Pending = z.infer<typeof pendingSchema>;

/** Changes that wait for their next refetch, one a project. */
export interface ChangeQueue {
  /** Returns false when the queue is full. */
  readonly add: (change: Change, nowMs: number) => boolean;
  /** Removes and returns what is due, the oldest first, at most `limit`. */
  readonly takeDue: (nowMs: number, limit: number) => Pending[];
  /** Puts it back for its next refetch, if one remains and no newer change has been added. */
  readonly settle: (pending: Pending, nowMs: number) => void;
  /** How many PyPI has not confirmed yet. */
  readonly unconfirmed: () => number;
  /** Everything, including refetches under way, for the next leader. */
  readonly snapshot: () => Pending[];
}

export function createChangeQueue(from: readonly Pending[] = []): ChangeQueue {
  const queue = new Map(from.map((pending) => [pending.project, pending]));
  const underWay = new Map<string, Pending>();
  const snapshot = (): Pending[] => [...new Map([...underWay, ...queue]).values()];

  return {
    add(change, nowMs) {
      const { project } = change;
      const known = queue.get(project) ?? underWay.get(project);
      if (known === undefined && queue.size + underWay.size >= MAX_PENDING) return false;
      queue.set(project, withChange(known, change, nowMs));
      return true;
    },
    takeDue(nowMs, limit) {
      const due = [...queue.values()]
        .filter((pending) => isDue(pending, nowMs) && !underWay.has(pending.project))
        .toSorted((a, b) => a.dueAtMs - b.dueAtMs)
        .slice(0, limit);
      for (const pending of due) {
        queue.delete(pending.project);
        underWay.set(pending.project, pending);
      }
      return due;
    },
    settle(pending, nowMs) {
      underWay.delete(pending.project);
      const next = nextAttempt(pending, nowMs);
      if (next !== undefined && !queue.has(pending.project)) queue.set(pending.project, next);
    },
    unconfirmed: () => snapshot().filter(({ isTold }) => !isTold).length,
    snapshot,
  };
}

/** Merges a change into the project's entry; the baseline is that of the first unconfirmed change. */
function withChange(known: Pending | undefined, change: Change, nowMs: number): Pending {
  const before = known?.isTold === false ? known : undefined;
  const releases = new Set([
    ...(before?.releases ?? []),
    ...(change.release ? [change.release] : []),
  ]);
  return {
    project: change.project,
    releases: [...releases].slice(-MAX_RELEASES),
    release: change.release,
    serial: change.serial,
    // The lag counts from the older one.
    atMs: Math.min(change.atMs, before?.atMs ?? change.atMs),
    isRemoval: change.isRemoval,
    attempt: 0,
    dueAtMs: nowMs,
    baseline: before?.baseline,
    isTold: false,
  };
}

/** Waits before its refetches. A serial covers the whole change; without one, more files may follow. */
function waitsOf({ isTold, serial: known }: Pending): readonly number[] {
  if (!isTold) return [...RETRIES_MS, ...LATE_MS];
  return known === undefined ? AFTERWARDS_MS : [];
}

/** A due time further off than the whole wait comes from another clock, or from before this one was set back. */
function isDue(pending: Pending, nowMs: number): boolean {
  const leftMs = pending.dueAtMs - nowMs;
  return leftMs <= 0 || leftMs > (waitsOf(pending)[Math.max(0, pending.attempt - 1)] ?? 0);
}

function nextAttempt(pending: Pending, nowMs: number): Pending | undefined {
  const waitMs = waitsOf(pending)[pending.attempt];
  if (waitMs === undefined) return undefined;
  return { ...pending, attempt: pending.attempt + 1, dueAtMs: nowMs + waitMs };
}
