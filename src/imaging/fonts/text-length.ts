import { type Face, openFace } from './face.ts';
import type { FontSet } from './fonts.ts';
import { escapeXml, unescapeXml } from '../xml.ts';

/** Rewrites the SVG of a badge so that librsvg draws its texts as wide as a browser does. */
export type TextFitter = (svg: string) => string;

/** Fonts in the order in which fontconfig looks a character up. */
type Faces = readonly [Face, Face];

interface Box {
  readonly faces: Faces;
  /** Letters that the faces lack come from the system's fonts. */
  readonly hasFallback: boolean;
  readonly fontSize: number;
  readonly width: number;
}

const TEXT = /<text ([^<>]*)>([^<]*)<\/text>/g;
const TEXT_LENGTH = / ?textLength="([\d.]+)"/;
const BOLD = 'font-weight="bold"';
const FONT_SIZE = /font-size="(\d+)/;

/** Width of a letter of a system font in em, as if it were Chinese, Japanese or Korean. */
const FALLBACK_WIDTH = 1;
const FALLBACK_EMOJI_WIDTH = 1.25;
const EMOJI = /\p{Emoji_Presentation}/u;

/** Replaces a character that no font has; librsvg's box of hex digits is illegible at this size. */
const MISSING = '\u25a1';
// Continue a sequence; a missing sequence becomes one box.
const JOINED = /[\p{M}\p{Cf}\p{Emoji_Modifier}]/u;
// Right-to-left letters and combining marks, which letter spacing would break.
const COMPLEX =
  /[\p{M}\p{Cf}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A text wider than its box by up to this factor is tightened; a wider one gets a smaller font. */
const MAX_TIGHTENING = 1.08;

/**
 * Opens the fonts. librsvg 2.63 ignores `textLength`, so for-the-badge would lose its spacing and social its margins.
 * The fitter replaces `textLength` by the letter spacing that fills the box, as browsers do.
 */
export async function createTextFitter({
  files,
  hasFallback,
}: Pick<FontSet, 'files' | 'hasFallback'>): Promise<TextFitter> {
  const [sans, sansBold, helvetica, helveticaBold] = await Promise.all([
    openFace(files.sans),
    openFace(files.sansBold),
    openFace(files.helvetica),
    openFace(files.helveticaBold),
  ]);
  const chooseFaces = (svg: string, attributes: string): Faces => {
    if (svg.includes('font-family="Helvetica')) return [helveticaBold, sansBold];
    return attributes.includes(BOLD) ? [sansBold, helveticaBold] : [sans, helvetica];
  };
  return (svg) => {
    const fontSize = Number(FONT_SIZE.exec(svg)?.[1]);
    // A text with a shadow occurs three times.
    const fitted = new Map<string, string>();
    return svg.replace(TEXT, (element, attributes: string, content: string) => {
      const width = TEXT_LENGTH.exec(attributes)?.[1];
      if (width === undefined) return element;
      const faces = chooseFaces(svg, attributes);
      const key = `${attributes.includes(BOLD)} ${width} ${content}`;
      const rest =
        fitted.get(key) ?? fitText(content, { faces, hasFallback, fontSize, width: Number(width) });
      fitted.set(key, rest);
      return `<text ${attributes.replace(TEXT_LENGTH, '')}${rest}</text>`;
    });
  };
}

// Returns the end of the start tag, and the text.
function fitText(content: string, box: Box): string {
  const wanted = unescapeXml(content).replace(/ {2,}/g, ' ');
  if (wanted === '') return '>';
  const text = box.hasFallback ? wanted : substituteMissing(wanted, box.faces);
  const element = `>${escapeXml(text)}`;
  if (COMPLEX.test(text)) return element;
  const natural = measure(text, box.faces) * box.fontSize;
  if (natural > box.width * MAX_TIGHTENING) {
    return ` font-size="${round((box.fontSize * box.width) / natural)}"${element}`;
  }
  const gaps = Array.from(text).length - 1;
  if (gaps === 0 || text !== wanted) return element;
  return ` letter-spacing="${round((box.width - natural) / gaps)}"${element}`;
}

function substituteMissing(text: string, faces: Faces): string {
  return Array.from(text, (character) => {
    if (findFace(character, faces) !== undefined) return character;
    return JOINED.test(character) ? '' : MISSING;
  }).join('');
}

function findFace(character: string, faces: Faces): Face | undefined {
  return faces.find((face) => face.has(character));
}

// In em.
function measure(text: string, faces: Faces): number {
  let width = 0;
  let face = faces[0];
  let run = '';
  const endRun = () => {
    width += face.widthOf(run);
    run = '';
  };
  for (const character of text) {
    const next = findFace(character, faces);
    if (next === undefined) {
      endRun();
      if (!JOINED.test(character))
        width += EMOJI.test(character) ? FALLBACK_EMOJI_WIDTH : FALLBACK_WIDTH;
      continue;
    }
    if (next !== face) endRun();
    face = next;
    run += character;
  }
  endRun();
  return width;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
