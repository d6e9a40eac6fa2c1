// Stores objects until it is killed, and says so: `write-objects.ts <directory>`. The object of a digest is always the same.
import { createContentStore } from '../../../../cache/content/store.ts';
import { objectOf } from './objects.ts';

const [directory = ''] = process.argv.slice(2);
const store = createContentStore({
  directory,
  maxBytes: 1_000_000_000,
  formatVersion: 1,
  sweepIntervalMs: 3_600_000,
});

for (let i = 0; ; i = (i + 4) % 2_000) {
  const objects = [objectOf(i), objectOf(i + 1), objectOf(i + 2), objectOf(i + 3)];
  await Promise.all(objects.map(({ digest, bytes }) => store.put(digest, bytes)));
  process.stdout.write('stored\n');
}
