import { z } from 'zod';
import type { Change } from '../feeds/feed.ts';

/** Beyond so many, it is cheaper to make everything due that is held. */
const MAX_PENDING = 10_000;
const MAX_RELEASES = 64;

/** PyPI purges its own caches softly: the first answers after a change can be from before it. */
export const RETRIES_MS: readonly number[] = [2_000, 5_000, 10_000, 20_000];
/** What PyPI has not told by then is looked at now and then, since the edge may keep it for a day. */
const LATE_MS = [60_000, 300_000, 900_000, 3_600_000];
/** RSS tells of a release with its first file; wheels may come minutes later: 5 and 30 minutes after it. */
const AFTERWARDS_MS = [300_000, 1_500_000];

const serial = z.number().int().nonnegative();

/** A change that PyPI's pages are yet to show, or that is looked after. */
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
  /** The serial that was known before the change. */
  baseline: serial.optional(),
  /** PyPI has told of it: what follows are looks at what may come after. */
  isTold: z.boolean(),
});
export type Pending = z.infer<typeof pendingSchema>;

/** Changes that wait for their next look, one a project. */
export interface ChangeQueue {
  /** False where there is no room. */
  readonly add: (change: Change, nowMs: number) => boolean;
  /** Takes out what is due, the one that waits longest first, at most `limit`. */
  readonly takeDue: (nowMs: number, limit: number) => Pending[];
  /** Puts it back for its next look, if there is to be one and no newer change has come. */
  readonly settle: (pending: Pending, nowMs: number) => void;
  /** Those that PyPI has not told of yet. */
  readonly waiting: () => number;
  /** All of it, those under way included, for the next leader. */
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
      const next = nextLook(pending, nowMs);
      if (next !== undefined && !queue.has(pending.project)) queue.set(pending.project, next);
    },
    waiting: () => snapshot().filter(({ isTold }) => !isTold).length,
    snapshot,
  };
}

/** One entry for both: what was known before the first of them counts. */
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
    // The lag is that of the older one.
    atMs: Math.min(change.atMs, before?.atMs ?? change.atMs),
    isRemoval: change.isRemoval,
    attempt: 0,
    dueAtMs: nowMs,
    baseline: before?.baseline,
    isTold: false,
  };
}

/** The waits before its looks. A serial tells everything there is to know; without one, more may come. */
function waitsOf({ isTold, serial: known }: Pending): readonly number[] {
  if (!isTold) return [...RETRIES_MS, ...LATE_MS];
  return known === undefined ? AFTERWARDS_MS : [];
}

/** What is due later than its whole wait from now was written by another clock, or before this one was set back. */
function isDue(pending: Pending, nowMs: number): boolean {
  const leftMs = pending.dueAtMs - nowMs;
  return leftMs <= 0 || leftMs > (waitsOf(pending)[Math.max(0, pending.attempt - 1)] ?? 0);
}

function nextLook(pending: Pending, nowMs: number): Pending | undefined {
  const waitMs = waitsOf(pending)[pending.attempt];
  if (waitMs === undefined) return undefined;
  return { ...pending, attempt: pending.attempt + 1, dueAtMs: nowMs + waitMs };
}
