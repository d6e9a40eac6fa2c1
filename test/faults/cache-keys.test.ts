import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryCache } from '../../cache/memory.ts';
import { createSingleFlight } from '../../cache/single-flight.ts';
import { composeSpec, type StyleOptions } from '../../src/badges/compose.ts';
import { createImaging, type Imaging } from '../../src/imaging/imaging.ts';
import { type BadgeSpec, STYLES } from '../../src/imaging/spec.ts';
import { normalizeColor } from '../../src/imaging/color.ts';
import { drawSvg } from '../../src/imaging/svg.ts';
import { createPictures, type Pictures } from '../../src/imaging/pictures.ts';
import { startService, type TestService } from '../support/service/service.ts';
import { makeTempDirectory } from '../support/temp.ts';
import { formatAsked } from './support/hostile/answers.ts';
import { createHostileClient, type HostileClient } from './support/hostile/client.ts';
import { targets } from './support/hostile/urls.ts';
import { hostileText } from './support/hostile/words.ts';

const SPEC_RUNS = 2_000;
const URL_RUNS = 150;

/** What two badges may differ in: as a user or an index wrote it. */
interface Words extends StyleOptions {
  readonly label: string;
  readonly message: string;
  readonly color: string;
}

const toSpec = ({ label, message, color, ...looks }: Words): BadgeSpec =>
  composeSpec({ label, message, color: normalizeColor(color) ?? 'brightgreen' }, looks);

/** Separators of whatever the key might be joined with. */
const parts = fc.constantFrom(
  '',
  ' ',
  ',',
  '"',
  '","',
  '\\',
  '\\"',
  ': ',
  '-',
  '|',
  '[',
  'null',
  '\u00e9',
  'e\u0301',
  'a',
  'A',
);
const text = fc.oneof(
  hostileText,
  fc.array(parts, { maxLength: 4 }).map((all) => all.join('')),
);
const color = fc.constantFrom(
  'green',
  '67ac09',
  '#67AC09',
  'grey',
  '555',
  '#555555',
  'lightgray',
  'inactive',
  'rgb(1,2,3)',
  'none',
  '',
);
const words: fc.Arbitrary<Words> = fc.record(
  { label: text, message: text, color, labelColor: color, style: fc.constantFrom(...STYLES) },
  { requiredKeys: ['label', 'message', 'color', 'style'] },
);

/** Two badges that are the same, or nearly so. */
const pairs: fc.Arbitrary<readonly [Words, Words]> = fc
  .tuple(words, words, fc.nat())
  .map(([one, other, at]) => {
    const { label, message } = one;
    const both = label + message;
    const cut = at % (both.length + 1);
    const near: readonly Words[] = [
      one,
      other,
      { ...one, label: message, message: label },
      { ...one, label: both.slice(0, cut), message: both.slice(cut) },
      { ...one, label: '', message: both },
      { ...one, label: `${label} ` },
      { ...one, message: message.normalize('NFD') },
      { ...one, message: message.toUpperCase() },
      { ...one, color: other.color },
      { ...one, labelColor: other.labelColor },
      { ...one, style: other.style },
    ];
    return [one, near[at % near.length] ?? one];
  });

describe('the digest of a picture', () => {
  let imaging: Imaging;
  let pictures: Pictures;
  beforeAll(async () => {
    const { path, remove } = await makeTempDirectory();
    imaging = await createImaging({ directory: path, concurrency: 1, queueLimit: 1 });
    pictures = createPictures({
      memory: createMemoryCache({ maxBytes: 1_000_000, sizeOf: ({ picture }) => picture.length }),
      disk: { get: () => Promise.resolve(undefined), put: () => Promise.resolve() },
      flights: createSingleFlight(),
      imaging,
      spares: { busy: new Map(), internal: new Map() },
    });
    return remove;
  });
  const digestOf = (spec: BadgeSpec): string => pictures.digest({ spec, format: 'svg', scale: 1 });
  test('no key has two pictures, and no picture has two keys', () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        const [spec, near] = [toSpec(one), toSpec(other)];
        const isOnePicture = drawSvg(spec) === drawSvg(near);
        expect(digestOf(spec) === digestOf(near)).toBe(isOnePicture);
      }),
      { numRuns: SPEC_RUNS },
    );
  });
});

describe('the ETag of an answer', () => {
  let service: TestService;
  let client: HostileClient;
  beforeAll(async () => {
    service = await startService();
    client = createHostileClient(service.url);
  });
  afterAll(async () => {
    await client.close();
    await service.close();
  });

  test('any URLs: one ETag, one picture; one SVG, one ETag', async () => {
    const pictures = new Map<string, string>();
    const etags = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(targets({ isStrict: false }), async (target) => {
        const { headers, body } = await client.get(target);
        const [etag, picture] = [String(headers['etag']), hash('sha256', body)];
        expect(pictures.get(etag) ?? picture).toBe(picture);
        pictures.set(etag, picture);
        if (formatAsked(target) !== 'svg') return;
        expect(etags.get(picture) ?? etag).toBe(etag);
        etags.set(picture, etag);
      }),
      { numRuns: URL_RUNS },
    );
    expect(etags.size).toBeGreaterThan(URL_RUNS / 10);
  });

  test('an SVG has no scale, and every other format has', async () => {
    const etagOf = async (target: string) => (await client.get(target)).headers['etag'];
    const of = (extension: string) =>
      Promise.all(
        [1, 2, 3, 4].map((scale) => etagOf(`/badge/a-b-red.${extension}?scale=${scale}`)),
      );
    expect(new Set(await of('svg')).size).toBe(1);
    for (const extension of ['png', 'jpg', 'gif', 'tiff', 'webp'])
      expect(new Set(await of(extension)).size).toBe(4);
  });
});
