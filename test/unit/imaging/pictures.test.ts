import { expect, test } from 'vitest';
import { createMemoryCache } from '../../../cache/memory.ts';
import { createSingleFlight } from '../../../cache/single-flight.ts';
import type { Format } from '../../../src/imaging/spec.ts';
import { createPictures, type PictureRequest } from '../../../src/imaging/pictures.ts';

/** Pictures over a disk that notes what it is given, and a drawing that notes whose turn it was. */
function create(onDisk?: Buffer) {
  const stored: string[] = [];
  const ranks: (number | undefined)[] = [];
  const pictures = createPictures({
    memory: createMemoryCache({ maxBytes: 10_000, sizeOf: ({ picture }) => picture.length }),
    disk: {
      get: () => Promise.resolve(onDisk),
      put: (digest) => Promise.resolve(void stored.push(digest)),
    },
    flights: createSingleFlight(),
    imaging: {
      fingerprint: 'one',
      draw: (_spec, _format, _scale, rank) => {
        ranks.push(rank);
        return Promise.resolve(Buffer.from('picture'));
      },
    },
    spares: new Map(),
  });
  const tierOf = async (format: Format): Promise<string> => {
    const wish: PictureRequest = {
      spec: { label: 'pypi', message: '1.0', color: 'blue', style: 'flat' },
      format,
      scale: 1,
    };
    return (await pictures.get(wish, pictures.digest(wish), () => 7)).tier;
  };
  return { stored, ranks, tierOf };
}

test('a raster picture goes to the disk when it is asked for again, and only once', async () => {
  const { stored, tierOf } = create();
  expect(await tierOf('png')).toBe('drawn');
  expect(stored).toHaveLength(0);
  for (let i = 0; i < 3; i += 1) expect(await tierOf('png')).toBe('memory');
  expect(stored).toHaveLength(1);
});

test('what comes from the disk is not written again', async () => {
  const { stored, tierOf } = create(Buffer.from('picture'));
  expect([await tierOf('png'), await tierOf('png')]).toEqual(['disk', 'memory']);
  expect(stored).toHaveLength(0);
});

test('an SVG is drawn each time, neither looked for on the disk nor written there', async () => {
  const { stored, tierOf } = create(Buffer.from('picture'));
  expect([await tierOf('svg'), await tierOf('svg')]).toEqual(['drawn', 'drawn']);
  expect(stored).toHaveLength(0);
});

test('a drawing waits by the rank that its client has', async () => {
  const { ranks, tierOf } = create();
  await tierOf('png');
  expect(ranks).toEqual([7]);
});
