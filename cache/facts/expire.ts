import type { Facts, Known } from './contract.ts';
import type { Seen } from './memory.ts';
import { type FactsRecord, markStale } from './record.ts';
import type { Refresher } from './refresh.ts';
import type { Tiers } from './tiers.ts';
import type { SingleFlight } from '../single-flight.ts';
import type { Store } from '../store/contract.ts';

const EXPIRED_AT_ONCE = 64;

/** Creates the methods of `Facts` that mark records stale or refresh them at once. */
export function createExpirer<T>(parts: {
  readonly store: Store;
  readonly tiers: Tiers<T>;
  readonly refreshes: SingleFlight<Seen<T>>;
  readonly refresher: Pick<Refresher<T>, 'refresh' | 'written'>;
}): Pick<Facts<T>, 'expire' | 'expireAll' | 'refresh'> {
  const { store, tiers, refreshes, refresher } = parts;

  const expire = async (id: string): Promise<boolean> => {
    // A running refresh may have fetched before the change, so its result is marked stale, too.
    const { record } = await refreshes.run(id, () => tiers.read(id));
    if (record.state === 'nothing') return false;
    await tiers.write(id, markStale(record));
    await tiers.announce(id);
    return true;
  };

  return {
    expire,
    async refresh(id) {
      const before = (await tiers.read(id)).record;
      // Without a record there is nothing to mark.
      if (before.checkedAtMs > 0) await tiers.write(id, markStale(before));
      const { record } = await refreshes.run(id, () => refresher.refresh(id));
      await refresher.written();
      await tiers.announce(id);
      const kept = await tiers.read(id);
      return {
        before: knownOf(before),
        after: knownOf(record),
        isAbsent: record.state === 'absent',
        isShared: kept.tier === store.tier && kept.record.checkedAtMs >= record.checkedAtMs,
      };
    },
    async expireAll(idPrefix) {
      const keys = await store.keys(tiers.keyOf(idPrefix));
      const ids = keys.map((key) => key.slice(tiers.keyOf('').length));
      for (let from = 0; from < ids.length; from += EXPIRED_AT_ONCE) {
        await Promise.all(ids.slice(from, from + EXPIRED_AT_ONCE).map(expire));
      }
      return ids.length;
    },
  };
}

function knownOf<T>(record: FactsRecord<T>): Known<T> | undefined {
  return record.state === 'known' ? record.known : undefined;
}
