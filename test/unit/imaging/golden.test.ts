import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { createImaging, type Imaging } from '../../../src/imaging/imaging.ts';
import { type BadgeSpec, type Scale, STYLES } from '../../../src/imaging/spec.ts';
import { drawSvg } from '../../../src/imaging/svg.ts';
import { makeTempDirectory } from '../../support/temp.ts';

/*
 * Compares pictures with stored ones. After an intended change, update and inspect these:
 *   UPDATE_GOLDEN=1 npx vitest run test/unit/imaging/golden.test.ts
 */
const GOLDEN = new URL('../../golden/', import.meta.url);
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

/** Allows for different smoothing of edges on other processors; a moved letter exceeds these by far. */
const MAX_MEAN_DIFFERENCE = 0.5;
const VISIBLE_DIFFERENCE = 40;
const MAX_VISIBLE_SHARE = 0.002;

const TEXTS = {
  version: { label: 'pypi', message: 'v2.32.3', color: 'blue' },
  python: { label: 'python', message: '3.9 | 3.10', color: '#97ca00', labelColor: '#eee' },
  alone: { label: '', message: 'Café Ωmega', color: 'orange' },
} satisfies Record<string, Omit<BadgeSpec, 'style'>>;

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

let imaging: Imaging;
let decode: (picture: Buffer) => Promise<Pixels>;

beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  imaging = await createImaging({ directory: path, concurrency: 1, queueLimit: 1 });
  const { default: sharp } = await import('sharp');
  decode = async (picture) => {
    const { data, info } = await sharp(picture)
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  };
  await mkdir(GOLDEN, { recursive: true });
  return remove;
});

/** Describes a visible difference between two pictures; undefined without one. */
function findDifference(one: Pixels, other: Pixels): string | undefined {
  if (one.width !== other.width || one.height !== other.height) {
    return `size: ${one.width}×${one.height}, not ${other.width}×${other.height}`;
  }
  let sum = 0;
  let visible = 0;
  for (let pixel = 0; pixel < one.data.length; pixel += 4) {
    const differences = [0, 1, 2, 3].map((channel) =>
      Math.abs((one.data[pixel + channel] ?? 0) - (other.data[pixel + channel] ?? 0)),
    );
    sum += differences.reduce((total, difference) => total + difference, 0);
    if (Math.max(...differences) > VISIBLE_DIFFERENCE) visible += 1;
  }
  const mean = sum / one.data.length;
  const share = visible / (one.width * one.height);
  if (mean <= MAX_MEAN_DIFFERENCE && share <= MAX_VISIBLE_SHARE) return undefined;
  return `mean ${mean.toFixed(2)}, ${(share * 100).toFixed(1)} % of the pixels visibly`;
}

const pictures = STYLES.flatMap((style) =>
  Object.entries(TEXTS).flatMap(([name, text]) =>
    ([1, 3] as const).map((scale): [string, BadgeSpec, Scale] => [
      `${style}-${name}@${scale}x.png`,
      { ...text, style },
      scale,
    ]),
  ),
);

test.each(pictures)('%s', async (file, spec, scale) => {
  const drawn = await imaging.draw(spec, 'png', scale);
  if (UPDATE) await writeFile(new URL(file, GOLDEN), drawn);
  const golden = await readFile(new URL(file, GOLDEN));
  expect(findDifference(await decode(Buffer.from(drawn)), await decode(golden))).toBeUndefined();
});

// Tests the comparison itself.
test('detects a text that is moved by half a pixel', async () => {
  const { default: sharp } = await import('sharp');
  const svg = drawSvg({ ...TEXTS.version, style: 'flat-square' });
  const draw = (source: string) =>
    sharp(Buffer.from(source))
      .png()
      .toBuffer()
      .then((picture) => decode(Buffer.from(picture)));
  const moved = svg.replace(
    /x="(\d+)" y="140"/,
    (_match, x: string) => `x="${Number(x) + 5}" y="140"`,
  );
  expect(moved).not.toBe(svg);
  expect(findDifference(await draw(moved), await draw(svg))).toBeDefined();
});
