import type { Sharp, SharpOptions } from 'sharp';
import { cleanSvg } from './clean-svg.ts';
import { type Logo, LOGO_SIDE, toDataUrl } from './logo.ts';

/** Of an image as it is sent, decoded. */
const MAX_BYTES = 8_192;
const MAX_SIDE = 512;
/** Four times the size of a logo: raster badges are drawn at up to that scale. */
const DRAWN_SIDE = 4 * LOGO_SIDE;
const MAX_TRUE_COLOR_BYTES = 4_096;
const TIMEOUT_SECONDS = 1;

/** The parts of a data URL (RFC 2397), whose `data:` may be missing, as at shields.io. */
const DATA_URL = /^(?:data:)?[\w+.-]+\/[\w+.-]+(?:;[\w=-]+?)*?(;base64)?,/i;

/** A raster format, by the bytes that it begins with. What a data URL says of itself does not count. */
const MAGIC: readonly RegExp[] = [
  /^\x89PNG\r\n\x1a\n/,
  /^\xff\xd8\xff/,
  /^GIF8[79]a/,
  /^RIFF[^]{4}WEBP/,
];

/** Returns whether a `logo` parameter is meant as an image and not as a name. */
export function isImage(text: string): boolean {
  return DATA_URL.test(text);
}

/**
 * Returns an image that a user sends as a logo, made anew: raster pictures are decoded and encoded as PNG, an SVG is written
 * from what is allowed in it. Undefined where it is too large, broken, or shows nothing. Never rejects.
 */
export async function readImage(text: string): Promise<Logo | undefined> {
  const bytes = decodeDataUrl(text);
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  const head = bytes.toString('latin1', 0, 16);
  if (MAGIC.some((magic) => magic.test(head))) return readRaster(bytes);
  const svg = cleanSvg(bytes.toString('utf8'));
  return svg === undefined
    ? undefined
    : { href: toDataUrl(svg), width: LOGO_SIDE, twin: { logoSvg: svg } };
}

function decodeDataUrl(text: string): Buffer | undefined {
  const match = DATA_URL.exec(text);
  if (match === null || text.length > 4 * MAX_BYTES) return undefined;
  const data = text.slice(match[0].length);
  if (match[1] === undefined) return Buffer.from(decodePercent(data));
  // A plus sign comes as a space through a form's decoding.
  const base64 = data.replaceAll(' ', '+').replace(/\s/g, '').replace(/=+$/, '');
  return /^[\w+/-]*$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function readRaster(bytes: Buffer): Promise<Logo | undefined> {
  // Loaded with the first image: it reads its fonts' settings then.
  const { default: sharp } = await import('sharp');
  const options: SharpOptions = {
    pages: 1,
    limitInputPixels: MAX_SIDE * MAX_SIDE,
    failOn: 'error',
  };
  try {
    const { width, height } = await sharp(bytes, options).metadata();
    if (width > MAX_SIDE || height > MAX_SIDE) return undefined;
    const resized = sharp(bytes, options)
      .timeout({ seconds: TIMEOUT_SECONDS })
      .resize(DRAWN_SIDE, DRAWN_SIDE, {
        fit: 'contain',
        background: { r: 0, g: 0, b: 0, alpha: 0 },
      });
    const png = await encode(resized);
    return {
      href: `data:image/png;base64,${png.toString('base64')}`,
      width: LOGO_SIDE,
      twin: {},
    };
  } catch {
    return undefined;
  }
}

async function encode(image: Sharp): Promise<Buffer> {
  const png = await image.clone().png().toBuffer();
  return png.length <= MAX_TRUE_COLOR_BYTES ? png : image.png({ palette: true }).toBuffer();
}
