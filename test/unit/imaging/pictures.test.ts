import { expect, test } from 'vitest';
import { createMemoryCache } from '../../../cache/memory.ts';
import { createSingleFlight } from '../../../cache/single-flight.ts';
import type { Format } from '../../../src/imaging/spec.ts';
import { createPictures, type PictureRequest } from '../../../src/imaging/pictures.ts';

/** Creates pictures over a fake disk and a fake renderer that record their calls. */
function create(onDisk?: Buffer) {
  const stored: string[] = [];
  const priorities: (number | undefined)[] = [];
  const pictures = createPictures({
    memory: createMemoryCache({ maxBytes: 10_000, sizeOf: ({ picture }) => picture.length }),
    disk: {
      get: () => Promise.resolve(onDisk),
      put: (digest) => Promise.resolve(void stored.push(digest)),
    },
    flights: createSingleFlight(),
    imaging: {
      fingerprint: 'one',
      draw: (_spec, _format, _scale, priority) => {
        priorities.push(priority);
        return Promise.resolve(Buffer.from('picture'));
      },
    },
    spares: { busy: new Map(), internal: new Map() },
  });
  const tierOf = async (format: Format): Promise<string> => {
    const request: PictureRequest = {
      spec: { label: 'pypi', message: '1.0', color: 'blue', style: 'flat' },
      format,
      scale: 1,
    };
    return (await pictures.get(request, pictures.digest(request), () => 7)).tier;
  };
  return { stored, priorities, tierOf };
}

test('writes a raster picture to disk on its second request, and only once', async () => {
  const { stored, tierOf } = create();
  expect(await tierOf('png')).toBe('drawn');
  expect(stored).toHaveLength(0);
  for (let i = 0; i < 3; i += 1) expect(await tierOf('png')).toBe('memory');
  expect(stored).toHaveLength(1);
});

test('does not write a picture from the disk again', async () => {
  const { stored, tierOf } = create(Buffer.from('picture'));
  expect([await tierOf('png'), await tierOf('png')]).toEqual(['disk', 'memory']);
  expect(stored).toHaveLength(0);
});

test('draws an SVG each time, without reading or writing the disk', async () => {
  const { stored, tierOf } = create(Buffer.from('picture'));
  expect([await tierOf('svg'), await tierOf('svg')]).toEqual(['drawn', 'drawn']);
  expect(stored).toHaveLength(0);
});

test('draws with the priority of its client', async () => {
  const { priorities, tierOf } = create();
  await tierOf('png');
  expect(priorities).toEqual([7]);
});
