import type { Sharp } from 'sharp';
import { cleanSvg } from './clean-svg.ts';
import { decodeDataUrl } from './data-url.ts';
import { type Logo, LOGO_SIDE, toDataUrl } from './logo.ts';

/** Size of an image after decoding of the URL. */
const MAX_BYTES = 8_192;
const MAX_SIDE = 512;
/** Four times the size of a logo: raster badges are drawn at up to that scale. */
const DRAWN_SIDE = 4 * LOGO_SIDE;
/** A larger PNG gets a palette. */
const MAX_TRUE_COLOR_BYTES = 4_096;
const TIMEOUT_SECONDS = 1;
/** Costs of drawing, in the unit of `drawingCost`: about 2 ms. */
const RASTER_COST = 0.5;
const MAX_SVG_COST = 25;

/** The first bytes of raster formats. The media type in a data URL is ignored. */
const MAGIC: readonly RegExp[] = [/^\x89PNG\r\n/, /^\xff\xd8\xff/, /^GIF8[79]a/, /^RIFF[^]{4}WEBP/];

/**
 * Returns the logo of a user's image, which is made anew: raster pictures are decoded and encoded as PNG, an SVG is
 * written from the parts that are permitted. Returns undefined if the image is too large, broken or empty. Never rejects.
 */
export async function readImage(text: string): Promise<Logo | undefined> {
  const bytes = decodeDataUrl(text);
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  const head = bytes.toString('latin1', 0, 16);
  return MAGIC.some((magic) => magic.test(head)) ? readRaster(bytes) : readSvg(bytes);
}

function readSvg(bytes: Buffer): Logo | undefined {
  const clean = cleanSvg(bytes.toString('utf8'));
  if (clean === undefined) return undefined;
  const { svg, workShare } = clean;
  const cost = Math.max(1, MAX_SVG_COST * workShare);
  return { href: toDataUrl(svg), width: LOGO_SIDE, json: { logoSvg: svg }, cost };
}

async function readRaster(bytes: Buffer): Promise<Logo | undefined> {
  // Loaded late: with sharp, fontconfig reads its settings.
  const { default: sharp } = await import('sharp');
  const options = { pages: 1, limitInputPixels: MAX_SIDE * MAX_SIDE, failOn: 'error' } as const;
  try {
    const { width, height } = await sharp(bytes, options).metadata();
    if (width > MAX_SIDE || height > MAX_SIDE) return undefined;
    const resized = sharp(bytes, options)
      .timeout({ seconds: TIMEOUT_SECONDS })
      .resize(DRAWN_SIDE, DRAWN_SIDE, { fit: 'contain', background: '#0000' })
      .toColorspace('srgb');
    const png = (await encode(resized)).toString('base64');
    const href = `data:image/png;base64,${png}`;
    return { href, width: LOGO_SIDE, json: {}, cost: RASTER_COST };
  } catch {
    return undefined;
  }
}

async function encode(image: Sharp): Promise<Buffer> {
  const png = await image.clone().png().toBuffer();
  return png.length <= MAX_TRUE_COLOR_BYTES ? png : image.png({ palette: true }).toBuffer();
}
