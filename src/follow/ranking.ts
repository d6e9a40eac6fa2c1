import type { Store } from '../../cache/store.ts';

/** As the store's `ranked`, but undefined where the store fails: nothing would be taken for all that there is. */
export async function rankedIfKnown(
  store: Store,
  key: string,
  least: number,
  limit: number,
): Promise<string[] | undefined> {
  const members = await store.ranked(key, least, limit);
  if (members.length > 0) return members;
  return (await store.rankedOf(key, [''])) === undefined ? undefined : [];
}
