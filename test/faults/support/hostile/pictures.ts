import { XMLValidator } from 'fast-xml-parser';
import sharp from 'sharp';

/** How many characters of a label or a message a badge shows. */
export const MAX_CODE_POINTS = 256;
/** 512 characters of the longest escape, five times: in the name, the label of the picture and the text with its shadow. */
const MAX_SVG_BYTES = 20_000;
const MAX_RASTER_BYTES = 2_000_000;
const MAX_RASTER_PIXELS = 4_000_000;
const MAX_RASTER_HEIGHT = 112;

/** Control characters, direction overrides, halves of pairs and what is no character. */
const UNCLEAN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;
const TAG = /<(\/?[A-Za-z]+)((?: [a-z][A-Za-z0-9-]*="[^"<]*")*)\/?>/g;
const ATTRIBUTE = /([A-Za-z0-9-]+)="([^"]*)"/g;
const LOGO = /^data:image\/(?:svg\+xml|png);base64,[A-Za-z0-9+/]+=*$/;
const REFERENCE = /url\(([^)]*)\)?/g;

/** What badge-maker draws with, logos among it. An `a` or a `script` would have to be allowed here first. */
const ELEMENTS = new Set(
  'svg title filter feGaussianBlur linearGradient stop clipPath rect g text style path image'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  (
    'xmlns width height role aria-label aria-hidden id x y x2 y2 rx d offset fill stroke transform filter stdDeviation ' +
    'stop-color stop-opacity fill-opacity clip-path text-anchor text-rendering shape-rendering textLength ' +
    'font-family font-size font-weight line-height href'
  ).split(' '),
);

/** Whether a text may stand in a picture. */
export function isClean(text: string): boolean {
  return !UNCLEAN.test(text);
}

/** Everything that is wrong with bytes that should be the SVG of a badge. */
export async function faultsOfSvg(bytes: Buffer): Promise<string[]> {
  if (bytes.length > MAX_SVG_BYTES) return [`an SVG of ${bytes.length} bytes`];
  const svg = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const verdict = XMLValidator.validate(svg);
  const faults = verdict === true ? [] : [`not well-formed: ${verdict.err.msg}`];
  if (!isClean(svg)) faults.push('characters that may stand in no picture');
  return [...faults, ...faultsOfMarkup(svg), ...(await faultsOfDrawing(bytes, 'svg'))];
}

/** Everything that is wrong with bytes that should be a raster picture of the format. */
export async function faultsOfRaster(bytes: Buffer, format: string): Promise<string[]> {
  if (bytes.length > MAX_RASTER_BYTES) return [`a picture of ${bytes.length} bytes`];
  return await faultsOfDrawing(bytes, format);
}

/** Every tag and every attribute is one of badge-maker's; no entity is made up, and no reference leaves the picture. */
function faultsOfMarkup(svg: string): string[] {
  const faults: string[] = [];
  const words = svg.replace(TAG, (_, name: string, attributes: string) => {
    if (!ELEMENTS.has(name.replace('/', ''))) faults.push(`the element ${name}`);
    for (const [, attribute = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      if (!ATTRIBUTES.has(attribute)) faults.push(`the attribute ${attribute}`);
      if (attribute === 'href' && !LOGO.test(value)) faults.push('a link that is no logo');
      if (attribute !== 'aria-label') faults.push(...faultsOfReferences(value));
    }
    return '';
  });
  if (/[<>]/.test(words)) faults.push('markup that is none of ours');
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(svg)) faults.push('an entity that is not XML’s');
  const style = /<style>([^<]*)<\/style>/.exec(svg)?.[1] ?? '';
  if (/@|\\|\/\*/.test(style)) faults.push('a style that is none of ours');
  const [, name, title] =
    / role="img" aria-label="([^"]*)"><title>([^<]*)<\/title>/.exec(svg) ?? [];
  if (name === undefined || name !== title) faults.push('no name');
  return [...faults, ...faultsOfReferences(style)];
}

function faultsOfReferences(value: string): string[] {
  return [...value.matchAll(REFERENCE)]
    .filter(([, target = '']) => !/^#[\w-]+$/.test(target))
    .map(([reference]) => `the reference ${reference}`);
}

/** Decodes all of it. librsvg refuses XML that is not well-formed. */
async function faultsOfDrawing(bytes: Buffer, format: string): Promise<string[]> {
  try {
    const { info } = await sharp(bytes, { failOn: 'error' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const real = (await sharp(bytes).metadata()).format;
    const faults = real === format ? [] : [`${real} for ${format}`];
    if (width * height > MAX_RASTER_PIXELS || height > MAX_RASTER_HEIGHT)
      faults.push(`${width} × ${height} pixels`);
    return faults;
  } catch (error) {
    return [`cannot be drawn: ${String(error)}`];
  }
}
