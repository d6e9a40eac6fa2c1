// One of several processes that acquire the same lease and increment the same counter: `contend.ts <file> <rounds>`.
// Prints whether it got the lease of each round, and every count.
import { once } from 'node:events';
import { createSqliteStore } from '../../../../cache/store/sqlite/store.ts';

const [path = '', rounds = '0'] = process.argv.slice(2);
const store = createSqliteStore({ path, maxBytes: 1_000_000 });
const granted: number[] = [];
const counts: number[] = [];

// All children start together, when the parent has heard from each of them.
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (let round = 0; round < Number(rounds); round += 1) {
  const answer = await store.acquireLease(`round ${round}`, 60_000);
  if (answer.state === 'granted') granted.push(round);
  const count = await store.increment('counter', 60_000);
  if (count !== undefined) counts.push(count);
  await store.set(`value ${round}`, `of ${process.pid}`, 60);
}
process.stdout.write(`${JSON.stringify({ healthy: store.healthy, granted, counts })}\n`);
await store.close();
process.exit(0);
