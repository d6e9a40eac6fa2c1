import type { Store } from '../../cache/store/contract.ts';
import { FOLLOW_KEYS } from '../follow/keys.ts';

/** How far back the log goes: longer than the day for which the edge keeps facts. */
export const PURGE_LOG_MS = 90_000_000;
const MAX_PROJECTS = 100_000;

/** Logs purged projects in the shared store, for nodes that are away. The entry is lost when the store fails. */
export async function logPurge(
  store: Store,
  projects: readonly string[],
  atMs: number,
): Promise<void> {
  const log = { add: false, maxMembers: MAX_PROJECTS, ttlSeconds: PURGE_LOG_MS / 1000 };
  await store.rank(FOLLOW_KEYS.purged, new Map(projects.map((name) => [name, atMs])), log);
}

/** Projects purged since then; undefined when the store fails. */
export function purgedSince(store: Store, sinceMs: number): Promise<string[] | undefined> {
  return store.ranked(FOLLOW_KEYS.purged, sinceMs, MAX_PROJECTS);
}
