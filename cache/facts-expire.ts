import type { Facts } from './facts.ts';
import type { Seen } from './facts-memory.ts';
import { madeDue } from './facts-record.ts';
import type { Tiers } from './facts-tiers.ts';
import type { SingleFlight } from './single-flight.ts';
import type { Store } from './store.ts';

const EXPIRED_AT_ONCE = 64;

/** Makes records due: one, or all whose ids begin alike. */
export function createExpirer<T>(parts: {
  readonly store: Store;
  readonly tiers: Tiers<T>;
  readonly refreshes: SingleFlight<Seen<T>>;
}): Pick<Facts<T>, 'expire' | 'expireAll'> {
  const { store, tiers, refreshes } = parts;

  const expire = async (id: string): Promise<boolean> => {
    // A refresh under way may have asked before the change: what it brings is made due too.
    const { record } = await refreshes.run(id, () => tiers.read(id));
    if (record.state === 'nothing') return false;
    await tiers.write(id, madeDue(record));
    await tiers.announce(id);
    return true;
  };

  return {
    expire,
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
