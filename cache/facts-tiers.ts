import type { FactsSource } from './facts-contract.ts';
import { createCodec } from './facts-codec.ts';
import type { FactsMemory, Seen } from './facts-memory.ts';
import { completed, merged, NOTHING, secondsToKeep, withoutOld } from './facts-record.ts';
import type { FactsRecord, FactsRules } from './facts-record.ts';
import type { Messages } from './messages.ts';
import { sleep } from './sleep.ts';
import type { Store } from './store.ts';

/** A store that is there, and fails nevertheless, is busy: what it has missed would be asked of the upstream again. */
const WRITES = 3;
const REWRITE_MS = 100;

/** The records of one source, through the tiers: this process's memory, and the store that all processes share. */
export interface Tiers<T> {
  readonly keyOf: (id: string) => string;
  /** What the store and this process's memory know together. */
  readonly read: (id: string) => Promise<Seen<T>>;
  /** Remembers the record here at once, and in the store. */
  readonly write: (id: string, record: FactsRecord<T>) => Promise<void>;
  /** Tells all processes that the store knows better than their memory. */
  readonly announce: (id: string) => Promise<void>;
}

export interface TiersOptions<T> {
  readonly source: FactsSource<T>;
  readonly store: Store;
  readonly memory: FactsMemory<T>;
  readonly messages?: Messages;
  /** The keys are `<keyPrefix>:<source>:<id>`. */
  readonly keyPrefix: string;
  readonly rules: FactsRules;
  readonly clock: () => number;
}

/** Reads and writes records, in memory and in the store. A store that fails is a store that knows nothing. */
export function createTiers<T>(options: TiersOptions<T>): Tiers<T> {
  const { source, store, memory, messages, rules, clock } = options;
  const prefix = `${options.keyPrefix}:${source.name}:`;
  const codec = createCodec(source.schema);
  const keyOf = (id: string): string => prefix + id;

  messages?.subscribe((key) => {
    if (key.startsWith(prefix)) memory.doubt(key.slice(prefix.length));
  });

  return {
    keyOf,
    announce: async (id) => await messages?.publish(keyOf(id)),
    async read(id) {
      const text = (await store.get(keyOf(id))) ?? '';
      const stored = codec.decode(text) ?? NOTHING;
      const { record: held = NOTHING, length = 0 } = memory.get(id) ?? {};
      const nowMs = clock();
      const record = withoutOld(completed(merged(stored, held), held, nowMs), nowMs, rules);
      if (record !== NOTHING) memory.remember(id, record, Math.max(text.length, length));
      const isLost = record.state === 'known' && stored.state !== 'known';
      const tier = isLost || held.checkedAtMs > stored.checkedAtMs ? 'memory' : store.tier;
      return { record, tier, isLost };
    },
    async write(id, record) {
      const text = codec.encode(record);
      memory.remember(id, record, text.length);
      // What this code cannot read, other code may know: a failure to know more does not replace it.
      if (record.state === 'nothing' && codec.holdsValue((await store.get(keyOf(id))) ?? ''))
        return;
      for (let left = WRITES; left > 0; left -= 1) {
        const isTaken = await store.set(keyOf(id), text, secondsToKeep(record, clock(), rules));
        if (isTaken || !store.healthy || left === 1) return;
        await sleep(REWRITE_MS);
        // Something newer came meanwhile.
        if (memory.get(id)?.record !== record) return;
      }
    },
  };
}
