import type { FactsSource } from './contract.ts';
import { createCodec } from './codec.ts';
import type { FactsMemory, Seen } from './memory.ts';
import { completed, merged, NOTHING, secondsToKeep, withoutExpired } from './record.ts';
import type { FactsRecord, FactsRules } from './record.ts';
import type { Messages } from '../store/messages.ts';
import { sleep } from '../deadline.ts';
import type { Store } from '../store/contract.ts';

/** A healthy store that rejects a write is busy. The write is repeated, as another process would fetch it again. */
const WRITES = 3;
const REWRITE_MS = 100;

/** The records of one source in both tiers: this process's memory and the shared store. */
export interface Tiers<T> {
  readonly keyOf: (id: string) => string;
  /** Returns the merged record of store and memory. */
  readonly read: (id: string) => Promise<Seen<T>>;
  /** Writes the record to memory at once, and to the store. */
  readonly write: (id: string, record: FactsRecord<T>) => Promise<void>;
  /** Makes all processes prefer the store to their memory. */
  readonly announce: (id: string) => Promise<void>;
}

export interface TiersOptions<T> {
  readonly source: FactsSource<T>;
  readonly store: Store;
  readonly memory: FactsMemory<T>;
  readonly messages?: Messages;
  /** Keys are `<keyPrefix>:<source>:<id>`. */
  readonly keyPrefix: string;
  readonly rules: FactsRules;
  readonly clock: () => number;
}

/** Creates the tiers. A store that fails counts as empty. */
export function createTiers<T>(options: TiersOptions<T>): Tiers<T> {
  const { source, store, memory, messages, rules, clock } = options;
  const prefix = `${options.keyPrefix}:${source.name}:`;
  const codec = createCodec(source.schema);
  const keyOf = (id: string): string => prefix + id;

  messages?.subscribe((key) => {
    if (key.startsWith(prefix)) memory.invalidate(key.slice(prefix.length));
  });

  return {
    keyOf,
    announce: async (id) => await messages?.publish(keyOf(id)),
    async read(id) {
      const text = (await store.get(keyOf(id))) ?? '';
      const stored = codec.decode(text) ?? NOTHING;
      const { record: kept = NOTHING, length = 0 } = memory.get(id) ?? {};
      const nowMs = clock();
      const record = withoutExpired(completed(merged(stored, kept), kept, nowMs), nowMs, rules);
      if (record !== NOTHING) memory.remember(id, record, Math.max(text.length, length));
      const isLost = record.state === 'known' && stored.state !== 'known';
      const tier = isLost || kept.checkedAtMs > stored.checkedAtMs ? 'memory' : store.tier;
      return { record, tier, isLost };
    },
    async write(id, record) {
      const text = codec.encode(record);
      memory.remember(id, record, text.length);
      // A failure must not replace a value that only another version of the code can read.
      if (record.state === 'nothing' && codec.holdsValue((await store.get(keyOf(id))) ?? ''))
        return;
      for (let left = WRITES; left > 0; left -= 1) {
        const isTaken = await store.set(keyOf(id), text, secondsToKeep(record, clock(), rules));
        if (isTaken || !store.healthy || left === 1) return;
        await sleep(REWRITE_MS);
        // A newer record was written meanwhile.
        if (memory.get(id)?.record !== record) return;
      }
    },
  };
}
