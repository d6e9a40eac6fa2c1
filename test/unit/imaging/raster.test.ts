import type { Metadata, OutputInfo } from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { prepareFonts } from '../../../src/imaging/fonts/fonts.ts';
import {
  createRasterizer,
  type RasterFormat,
  type Rasterizer,
} from '../../../src/imaging/raster.ts';
import { type BadgeSpec, type Scale, type Style, STYLES } from '../../../src/imaging/spec.ts';
import { drawSvg } from '../../../src/imaging/svg.ts';
import { cleanText } from '../../../src/imaging/text.ts';
import { makeTempDirectory } from '../../support/temp.ts';

const RASTER_FORMATS: readonly RasterFormat[] = ['png', 'jpeg', 'gif', 'tiff', 'webp'];
const SCALES: readonly Scale[] = [1, 2, 3, 4];
const MAX_BYTES = 2_000_000;
/** Longer than the product's, for busy machines. */
const PATIENCE_SECONDS = 60;

const badge: BadgeSpec = { label: 'pypi', message: 'v1.2', color: 'blue', style: 'flat' };
let rasterizer: Rasterizer;
let readMetadata: (picture: Buffer) => Promise<Metadata>;
let decode: (picture: Buffer) => Promise<{ data: Buffer; info: OutputInfo }>;

beforeAll(async () => {
  const { path, remove } = await makeTempDirectory();
  rasterizer = await createRasterizer(await prepareFonts(path), PATIENCE_SECONDS);
  const { default: sharp } = await import('sharp');
  readMetadata = (picture) => sharp(picture).metadata();
  decode = (picture) => sharp(picture).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return remove;
});

function sizeOf(svg: string): { width: number; height: number } {
  const [, width, height] = / width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  return { width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) };
}

const everyFormatAndScale = RASTER_FORMATS.flatMap((format) =>
  SCALES.map((scale): [RasterFormat, Scale] => [format, scale]),
);

test.each(everyFormatAndScale)(
  '%s at scale %i: has the right format and size',
  async (format, scale) => {
    for (const style of STYLES) {
      const svg = drawSvg({ ...badge, style });
      const { width, height } = sizeOf(svg);
      const picture = await rasterizer.rasterize(svg, format, scale);
      const size = { width: width * scale, height: height * scale };
      expect(await readMetadata(picture)).toMatchObject({ format, ...size });
    }
  },
);

test.each(RASTER_FORMATS)('%s: gives the same bytes for the same SVG', async (format) => {
  const svg = drawSvg(badge);
  const [one, other] = await Promise.all([
    rasterizer.rasterize(svg, format, 2),
    rasterizer.rasterize(svg, format, 2),
  ]);
  expect(one.equals(other)).toBe(true);
});

async function pixelAt(picture: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await decode(picture);
  const at =
    ((y < 0 ? info.height + y : y) * info.width + (x < 0 ? info.width + x : x)) * info.channels;
  return Array.from(data.subarray(at, at + 4));
}

test('draws round corners transparent, or white in JPEG', async () => {
  const svg = drawSvg(badge);
  expect((await pixelAt(await rasterizer.rasterize(svg, 'png', 4), 0, 0))[3]).toBe(0);
  const [red = 0, green = 0, blue = 0] = await pixelAt(
    await rasterizer.rasterize(svg, 'jpeg', 4),
    0,
    0,
  );
  expect(Math.min(red, green, blue)).toBeGreaterThan(240);
});

test.each(SCALES)('rounds a fractional width up and fills it, at scale %i', async (scale) => {
  const svg = drawSvg({ ...badge, message: 'passing', style: 'for-the-badge' });
  expect(svg).toMatch(/ width="\d+\.\d+"/);
  const picture = await rasterizer.rasterize(svg, 'png', scale);
  expect(await pixelAt(picture, -1, 0)).toEqual([0, 0x7e, 0xc6, 255]);
  expect(await pixelAt(picture, -1, -1)).toEqual([0, 0x7e, 0xc6, 255]);
});

/** Distances of the outermost white columns from the edges. */
async function findInk(picture: Buffer): Promise<{ left: number; right: number }> {
  const { data, info } = await decode(picture);
  const columns: number[] = [];
  for (let at = 0; at < data.length; at += info.channels) {
    if ((data[at] ?? 0) > 200) columns.push((at / info.channels) % info.width);
  }
  return { left: Math.min(...columns), right: info.width - 1 - Math.max(...columns) };
}

test.each([
  ['flat-square', 'v2.32.3', 5],
  ['flat-square', '3.9 | 3.10 | 3.11 | 3.12', 5],
  ['flat-square', 'Ünïcödé AVATo', 5],
  ['flat-square', 'MMMMMMMM', 5],
  ['flat', '12.3k/month', 5],
  ['plastic', '12.3k/month', 5],
  ['for-the-badge', 'passing', 12],
  ['for-the-badge', '3.9 | 3.10 | 3.11 | 3.12', 12],
] satisfies [Style, string, number][])(
  '%s: draws %j across its box',
  async (style, message, margin) => {
    const svg = drawSvg({ ...badge, label: '', message, style });
    const { left, right } = await findInk(await rasterizer.rasterize(svg, 'png', 4));
    // Letters have a small bearing.
    for (const side of [left, right]) {
      expect(side / 4).toBeGreaterThan(margin - 0.5);
      expect(side / 4).toBeLessThan(margin + 2);
    }
  },
);

const ATTACKS: [string, string][] = [
  ['256 wide letters', 'W'.repeat(256)],
  ['256 letters with three capitals each', '\u0390'.repeat(256)],
  ['256 of the widest letter of badge-maker', '\u{20604}'.repeat(256)],
  ['256 boxes', '日'.repeat(256)],
  ['right-to-left letters', 'ﷺעא'.repeat(100)],
  ['marks on every letter', 'a\u0333\u0334\u0335\u0336'.repeat(60)],
  ['special characters of XML and terminals', ']]><!--"\'&#0;<script>\u001b\u202e\ud800\u2028'],
];

test.each(ATTACKS)('draws within bounds at scale 4: %s', async (_, text) => {
  const clean = cleanText(text);
  for (const style of ['flat', 'for-the-badge', 'social'] as const) {
    const svg = drawSvg({ label: clean, message: clean, color: 'blue', style });
    const picture = await rasterizer.rasterize(svg, 'png', 4);
    expect(picture.length).toBeLessThan(MAX_BYTES);
    expect(await readMetadata(picture)).toMatchObject({ format: 'png' });
  }
});

test('draws a badge that is too wide for its format smaller', async () => {
  const svg = drawSvg({ ...badge, label: 'W'.repeat(256), message: 'W'.repeat(256) });
  const png = await readMetadata(await rasterizer.rasterize(svg, 'png', 4));
  const webp = await readMetadata(await rasterizer.rasterize(svg, 'webp', 4));
  expect(png.width).toBe(sizeOf(svg).width * 4);
  expect(webp.width).toBe(16_383);
  expect(webp.width / webp.height).toBeCloseTo(png.width / png.height, -1);
});

test.each([
  ['an empty text', '', 'not the SVG of a badge'],
  ['text', 'not an SVG', 'not the SVG of a badge'],
  ['another SVG', '<svg width="20" height="20"/>', 'not the SVG of a badge'],
  ['too many pixels', drawSvg(badge).replace('height="20"', 'height="99999"'), 'limit'],
  ['control characters', drawSvg({ ...badge, message: '\u0001' }), 'XML parse error'],
])('rejects %s', async (_, svg, reason) => {
  await expect(rasterizer.rasterize(svg, 'png', 1)).rejects.toThrow(reason);
});
