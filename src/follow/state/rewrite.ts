import type { Store } from '../../../cache/store/contract.ts';

/** A store that lost a value has it again after this time; it does not expire while a follower leads. */
const REWRITTEN_MS = 60_000;

export interface RewriteOptions {
  readonly store: Store;
  readonly key: string;
  readonly ttlSeconds: number;
  readonly clock?: (() => number) | undefined;
}

/**
 * Writes a value when it says something new, or after a minute. `news`: the part of it that counts. A write that fails is
 * repeated by the next call.
 */
export function createRewrite({
  store,
  key,
  ttlSeconds,
  clock = () => performance.now(),
}: RewriteOptions): (value: unknown, news?: unknown) => Promise<void> {
  let last = { text: '', atMs: 0 };
  return async (value, news = value) => {
    const next = { text: JSON.stringify(news), atMs: clock() };
    if (next.text === last.text && next.atMs - last.atMs < REWRITTEN_MS) return;
    if (await store.set(key, JSON.stringify(value), ttlSeconds)) last = next;
  };
}
