import type { Sharp, SharpOptions } from 'sharp';
import { loadOnce } from '../../cache/load-once.ts';
import type { FontSet } from './fonts/fonts.ts';
import type { Format, Scale } from './spec.ts';
import { createTextFitter } from './fonts/text-length.ts';

export type RasterFormat = Exclude<Format, 'svg'>;

export interface Rasterizer {
  /** Draws the SVG of a badge. Rejects after `timeoutSeconds`, and for any other SVG. */
  readonly rasterize: (svg: string, format: RasterFormat, scale: Scale) => Promise<Buffer>;
  /** Fits the texts, and returns a function that draws. Rejects for an SVG that is not a badge's. */
  readonly prepare: (
    svg: string,
    format: RasterFormat,
    scale: Scale,
  ) => Promise<() => Promise<Buffer>>;
  /** Versions of sharp and its libraries. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/** The longest side that librsvg draws. */
const MAX_SVG_SIDE = 32_767;
/** Formats with a lower limit than librsvg's. */
const MAX_SIDE: Readonly<Partial<Record<RasterFormat, number>>> = { webp: 16_383 };
/** The widest badge, 28 high at scale 4, has 3.7 million. */
const MAX_PIXELS = 4_000_000;
/** Wider badges have no blurred shadow: librsvg's time grows with the square of the width, to 70 ms at 4,000. */
export const MAX_BLURRED_SIDE = 2048;
/** The longest texts with every character escaped take 20,000; a logo would add 11,000. */
const MAX_SVG_CHARACTERS = 64_000;
const TIMEOUT_SECONDS = 2;
const CSS_DPI = 72;

const ENCODERS: Readonly<Record<RasterFormat, (image: Sharp) => Sharp>> = {
  // At scale 2, 4 % faster than level 6 and 1 % larger; a palette is half as large and four times as slow.
  png: (image) => image.png({ compressionLevel: 4 }),
  jpeg: (image) =>
    image.flatten({ background: '#fff' }).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }),
  // Dithering scatters dots around the letters.
  gif: (image) => image.gif({ effort: 3, dither: 0 }),
  tiff: (image) => image.tiff({ compression: 'deflate', predictor: 'none' }),
  // As fast as quality 90, as crisp as PNG, and half of its size.
  webp: (image) => image.webp({ lossless: true, effort: 0 }),
};

const SIZE = /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="([\d.]+)" height="([\d.]+)"/;
const TEXT = /<text [^<>]*>[^<]*<\/text>/g;

/**
 * Loads sharp, with limits for untrusted input. The widths of letters load with the first picture that needs them. Call
 * `prepareFonts` first, because fontconfig reads its settings only once.
 */
export async function createRasterizer(
  fonts: FontSet,
  timeoutSeconds = TIMEOUT_SECONDS,
): Promise<Rasterizer> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const openFitter = loadOnce(() => createTextFitter(fonts));
  const fitTexts = async (svg: string): Promise<string> =>
    svg.includes('textLength=') ? (await openFitter())(svg) : svg;
  const prepare: Rasterizer['prepare'] = async (svg, format, scale) => {
    if (svg.length > MAX_SVG_CHARACTERS) throw new Error('the SVG is longer than any badge');
    const drawing = drawingOf(svg, format, scale);
    const fitted = Buffer.from(await fitTexts(drawing.svg));
    const options: SharpOptions = {
      density: CSS_DPI * drawing.scale,
      limitInputPixels: MAX_PIXELS,
      unlimited: false,
      failOn: 'error',
    };
    const timeout = { seconds: timeoutSeconds };
    return () => ENCODERS[format](sharp(fitted, options)).timeout(timeout).toBuffer();
  };
  return {
    rasterize: async (...drawing) => (await prepare(...drawing))(),
    prepare,
    versions: sharp.versions,
  };
}

interface Drawing {
  readonly svg: string;
  readonly scale: number;
}

// A badge that is too wide for its format is drawn smaller.
function drawingOf(svg: string, format: RasterFormat, wantedScale: Scale): Drawing {
  const [head, width, height] = SIZE.exec(svg) ?? [];
  if (head === undefined) throw new Error('not the SVG of a badge');
  const roundWidth = Math.ceil(Number(width));
  const scale = Math.min(wantedScale, (MAX_SIDE[format] ?? MAX_SVG_SIDE) / roundWidth);
  // A fractional width is rounded up, so that the last column is not half transparent.
  const rounded = `${head.replace(`width="${width}"`, `width="${roundWidth}"`)} viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"${svg.slice(head.length)}`;
  const blurred = roundWidth * scale <= MAX_BLURRED_SIDE;
  return { svg: blurred ? rounded : withoutBlur(rounded), scale };
}

function withoutBlur(svg: string): string {
  return svg.replace(TEXT, (text) => (text.includes(' filter="url(') ? '' : text));
}
