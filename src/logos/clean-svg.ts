import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Declarations, keptAttributes, readClasses } from './svg-attributes.ts';
import { DRAWN, ELEMENTS } from './svg-rules.ts';
import { createSvgWork } from './svg-work.ts';

const MAX_ELEMENTS = 200;
const MAX_DEPTH = 8;
/** Depth including elements that are dropped. */
const MAX_OPEN = 64;
/** Styles of a class are written to each of its elements, which makes the new SVG longer. */
const MAX_CHARACTERS = 16_384;
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** An SVG that is safe to draw. */
export interface CleanSvg {
  readonly svg: string;
  /** Drawing time as a share of the limit, which is about 50 ms. */
  readonly workShare: number;
}

/**
 * Returns a new SVG with the shapes, colors, gradients and clips of `text` that `svg-rules.ts` permits; nothing is passed
 * through. Returns undefined if the text is not well-formed, nothing visible is left, or the picture is too large.
 */
export function cleanSvg(text: string): CleanSvg | undefined {
  const cleaner = createCleaner();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', cleaner.open);
  parser.on('closetag', cleaner.close);
  parser.on('text', cleaner.text);
  parser.on('cdata', cleaner.text);
  try {
    parser.write(text).close();
    return cleaner.result();
  } catch {
    return undefined;
  }
}

/** An open element. */
interface Open {
  /** Undefined if the element is dropped with its content. */
  readonly kept: string | undefined;
  readonly scale: number;
}

/** Writes the new SVG while the old one is read. Its functions throw if the picture is too large. */
function createCleaner() {
  const open: Open[] = [];
  const parts: string[] = [];
  const work = createSvgWork();
  let classes: ReadonlyMap<string, Declarations> = new Map();
  let css = '';
  let isStyle = false;
  let elements = 0;
  let characters = 0;
  let isVisible = false;

  const isInside = (name: string): boolean => open.some(({ kept }) => kept === name);
  const isKept = ({ local, uri }: SaxesTagNS): boolean => {
    if (uri !== SVG_NAMESPACE || !ELEMENTS.has(local)) return false;
    if (open.length === 0) return local === 'svg';
    if (open.some(({ kept }) => kept === undefined) || local === 'svg') return false;
    // Nested clips take as long as there are paths through them.
    return local !== 'clipPath' || !isInside('clipPath');
  };
  const write = (text: string): void => {
    characters += text.length;
    if (characters > MAX_CHARACTERS) throw new Error('the logo is too long');
    parts.push(text);
  };
  const keep = (tag: SaxesTagNS): Open => {
    const { local: name } = tag;
    elements += 1;
    if (elements > MAX_ELEMENTS || open.length >= MAX_DEPTH)
      throw new Error('the logo is too large');
    const isInClip = isInside('clipPath');
    isVisible ||= DRAWN.has(name) && !isInClip && !isInside('defs');
    const attributes = keptAttributes(tag, classes, !isInClip);
    write(`<${name}${[...attributes].map(([key, value]) => ` ${key}="${value}"`).join('')}>`);
    const scale = work.add({ name, attributes, isInClip }, open.at(-1)?.scale ?? 1);
    return { kept: name, scale };
  };

  return {
    open: (tag: SaxesTagNS): void => {
      if (open.length >= MAX_OPEN) throw new Error('the elements are nested too deep');
      isStyle = tag.local === 'style' && tag.uri === SVG_NAMESPACE;
      open.push(isKept(tag) ? keep(tag) : { kept: undefined, scale: 1 });
    },
    text: (text: string): void => {
      if (isStyle) css += text;
    },
    close: (): void => {
      if (isStyle) classes = readClasses(css);
      isStyle = false;
      const name = open.pop()?.kept;
      if (name !== undefined) write(`</${name}>`);
    },
    result: (): CleanSvg | undefined => {
      const workShare = work.share();
      return isVisible && workShare <= 1 ? { svg: parts.join(''), workShare } : undefined;
    },
  };
}
