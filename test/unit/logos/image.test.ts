import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { isImage } from '../../../src/logos/data-url.ts';
import { readImage } from '../../../src/logos/image.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="9"/></svg>';
const CLEAN = SVG.replace('/>', '></circle>');
const SVG_BASE64 = Buffer.from(SVG).toString('base64');
const dataUrl = (bytes: Buffer, type = 'image/png'): string =>
  `data:${type};base64,${bytes.toString('base64')}`;
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#0c0' } });

// prettier-ignore
test.each([
  ['Base64',                          `data:image/svg+xml;base64,${SVG_BASE64}`],
  ['Base64 without "data:"',          `image/svg+xml;base64,${SVG_BASE64}`],
  ['plus signs decoded to spaces',    `data:image/svg xml;base64,${SVG_BASE64.replaceAll('+', ' ')}`],
  ['line breaks',                     `data:image/svg+xml;base64,${SVG_BASE64.replace(/.{20}/g, '$&\r\n\t')}`],
  ['missing padding',                 `data:image/svg+xml;base64,${SVG_BASE64.replaceAll('=', '')}`],
  ['the alphabet of URLs',            `data:image/svg+xml;base64,${SVG_BASE64.replaceAll('+', '-').replaceAll('/', '_')}`],
  ['another media type',              `data:image/png;base64,${SVG_BASE64}`],
  ['a character set',                 `data:image/svg+xml;charset=utf-8;base64,${SVG_BASE64}`],
  ['capitals',                        `DATA:IMAGE/SVG+XML;BASE64,${SVG_BASE64}`],
  ['text',                            `data:image/svg+xml,${SVG}`],
  ['text with a character set',       `data:image/svg+xml;charset=utf-8,${SVG}`],
  ['text with a word of old',         `data:image/svg+xml;utf8,${SVG}`],
  ['escaped text',                    `data:image/svg+xml,${encodeURIComponent(SVG)}`],
])('reads a data URL with %s', async (_, text) => {
  expect(isImage(text)).toBe(true);
  expect((await readImage(text))?.json).toEqual({ logoSvg: CLEAN });
});

test.each(['python', '.net', 'GitHub Pages', 'https://evil.example/x.png', '//evil.example', ''])(
  '%j is not an image',
  (text) => {
    expect(isImage(text)).toBe(false);
  },
);

describe('raster pictures', () => {
  let noise: Buffer;

  beforeAll(async () => {
    const pixels = Buffer.from(Array.from({ length: 60 * 60 * 3 }, (_, i) => (i * i * 7919) % 251));
    noise = await sharp(pixels, { raw: { width: 60, height: 60, channels: 3 } })
      .jpeg({ quality: 70 })
      .toBuffer();
  });

  test.each(['png', 'jpeg', 'gif', 'webp'] as const)(
    '%s becomes a PNG of 56 × 56',
    async (format) => {
      const image = await flat(30, 20).toFormat(format).toBuffer();
      const logo = await readImage(dataUrl(image));
      const { data, info } = await sharp(Buffer.from(logo?.href.split(',')[1] ?? '', 'base64'))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(logo).toMatchObject({ width: 14, json: {} });
      expect(logo?.href).toMatch(/^data:image\/png;base64,/);
      expect(info).toMatchObject({ width: 56, height: 56, channels: 4 });
      // Green in the center, and transparent above, because it is wider than high.
      const center = (28 * 56 + 28) * 4;
      expect(data[center + 1]).toBeGreaterThan(190);
      expect(data[center + 3]).toBe(255);
      expect(data[3]).toBe(0);
    },
  );

  test('the first frame of an animation counts', async () => {
    const frames = Buffer.concat([Buffer.alloc(300, 0), Buffer.alloc(300, 255)]);
    const gif = await sharp(frames, { raw: { width: 10, height: 20, channels: 3, pageHeight: 10 } })
      .gif()
      .toBuffer();
    const logo = await readImage(dataUrl(gif));
    const { dominant } = await sharp(Buffer.from(logo?.href.split(',')[1] ?? '', 'base64')).stats();
    expect(dominant.r).toBeLessThan(50);
  });

  test('what it contains beside pixels is lost', async () => {
    const marked = await flat(9, 9)
      .withExif({ IFD0: { Copyright: 'evil' } })
      .png()
      .toBuffer();
    expect(marked.includes('evil')).toBe(true);
    const logo = await readImage(dataUrl(Buffer.concat([marked, Buffer.from('<script>')])));
    const png = Buffer.from(logo?.href.split(',')[1] ?? '', 'base64').toString('latin1');
    expect(png).not.toMatch(/evil|<script>/);
  });

  test('noise gets a palette', async () => {
    const logo = await readImage(dataUrl(noise));
    expect(logo?.href.length).toBeLessThan(8_192);
  });

  test('4.8 megapixels in a few kilobytes are refused', async () => {
    const bomb = await flat(2_190, 2_190).png({ compressionLevel: 9, palette: true }).toBuffer();
    expect(bomb.length).toBeLessThan(8_192);
    expect(await readImage(dataUrl(bomb))).toBeUndefined();
  });

  test.each([
    ['wider than 512', () => flat(513, 4).png().toBuffer()],
    ['higher than 512', () => flat(4, 513).webp().toBuffer()],
    ['cut off', async () => noise.subarray(0, 300)],
    ['only a head', async () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a TIFF', () => flat(4, 4).tiff().toBuffer()],
    ['longer than 8 KiB', async () => Buffer.concat([noise, Buffer.alloc(8_192)])],
    ['empty', async () => Buffer.alloc(0)],
  ])('a picture that is %s is refused', async (_, make) => {
    expect(await readImage(dataUrl(await make()))).toBeUndefined();
  });
});

test('an SVG of more than 8 KiB is refused', async () => {
  const long = SVG.replace('<circle', `${' '.repeat(8_192 - SVG.length)}<circle`);
  expect(await readImage(`data:image/svg+xml,${long}`)).toBeDefined();
  expect(await readImage(`data:image/svg+xml,${long} `)).toBeUndefined();
});

test('Base64 with other characters is refused', async () => {
  expect(await readImage(`data:image/svg+xml;base64,${SVG_BASE64}"onload`)).toBeUndefined();
});
