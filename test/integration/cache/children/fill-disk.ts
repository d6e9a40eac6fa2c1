// Uses both stores on a disk that is too small, then on one that is read-only: `fill-disk.ts <mounted directory>`.
// Prints the number of each outcome, and whether every object read was what had been written.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createContentStore } from '../../../../cache/content/store.ts';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';
import type { Store } from '../../../../cache/store/contract.ts';
import { objectOf } from './objects.ts';

const [directory = ''] = process.argv.slice(2);
let outcomes: Record<string, number> = {};
const count = (outcome: string): void => {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
};
let intact = true;

const contents = createContentStore({
  directory: join(directory, 'pictures'),
  maxBytes: 1_000_000_000,
  formatVersion: 1,
  sweepIntervalMs: 3_600_000,
  observe: (outcome, code) => count(`content ${outcome} ${code ?? ''}`.trim()),
});
const openFacts = (): Store =>
  createSqliteStore({
    path: join(directory, 'facts.db'),
    maxBytes: 1_000_000_000,
    observe: (operation, outcome) => count(`sqlite ${operation} ${outcome}`),
  });

async function useBoth(facts: Store): Promise<Record<string, number>> {
  outcomes = {};
  for (let i = 0; i < 200; i += 1) {
    const { digest, bytes } = objectOf(i);
    await facts.set(digest, bytes.toString(), 60);
    await contents.put(digest, bytes);
    const found = [await contents.get(digest), await facts.get(digest)];
    if (found.some((value) => value !== undefined && value.toString() !== bytes.toString())) {
      intact = false;
    }
  }
  return outcomes;
}

const small = openFacts();
const full = await useBoth(small);
await small.close();
execFileSync('mount', ['-o', 'remount,ro', directory]);
const unwritable = openFacts();
const readOnly = await useBoth(unwritable);
process.stdout.write(JSON.stringify({ intact, full, readOnly, healthy: unwritable.healthy }));
process.exit(0);
