import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Declarations, keptAttributes, readClasses } from './svg-attributes.ts';
import { DRAWN, ELEMENTS } from './svg-rules.ts';

const MAX_ELEMENTS = 200;
const MAX_DEPTH = 8;
/** Of elements that are dropped, too. */
const MAX_OPEN = 64;
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * Returns a new SVG that has of `text` only the shapes, colors, gradients and clips that `svg-rules.ts` allows; nothing is
 * passed through. Undefined where the text is no well-formed SVG, shows nothing then, or is larger than a logo may be.
 */
export function cleanSvg(text: string): string | undefined {
  const cleaner = new Cleaner();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => cleaner.open(tag));
  parser.on('closetag', (tag) => cleaner.close(tag));
  parser.on('text', (css) => cleaner.text(css));
  parser.on('cdata', (css) => cleaner.text(css));
  try {
    parser.write(text).close();
    return cleaner.result();
  } catch {
    return undefined;
  }
}

/** Writes the new SVG while the old one is read. Methods throw where the picture is too large. */
class Cleaner {
  /** The names of the open elements that are kept; empty for one that is dropped with its content. */
  readonly #open: string[] = [];
  readonly #parts: string[] = [];
  #classes: ReadonlyMap<string, Declarations> = new Map();
  #css = '';
  #isStyle = false;
  #elements = 0;
  #isDrawn = false;

  open(tag: SaxesTagNS): void {
    if (this.#open.length >= MAX_OPEN) throw new Error('nested too deep for a logo');
    this.#isStyle = tag.local === 'style' && tag.uri === SVG_NAMESPACE;
    const isKept = this.#keeps(tag);
    this.#open.push(isKept ? tag.local : '');
    if (!isKept) return;
    this.#elements += 1;
    if (this.#elements > MAX_ELEMENTS || this.#open.length > MAX_DEPTH)
      throw new Error('too large for a logo');
    const isInClip = this.#open.includes('clipPath');
    this.#isDrawn ||= DRAWN.has(tag.local) && !isInClip && !this.#open.includes('defs');
    this.#parts.push(`<${tag.local}${keptAttributes(tag, this.#classes, !isInClip)}>`);
  }

  text(css: string): void {
    if (this.#isStyle) this.#css += css;
  }

  close(tag: SaxesTagNS): void {
    if (this.#isStyle && tag.local === 'style') this.#classes = readClasses(this.#css);
    this.#isStyle = false;
    const name = this.#open.pop();
    if (name !== undefined && name !== '') this.#parts.push(`</${name}>`);
  }

  result(): string | undefined {
    return this.#isDrawn ? this.#parts.join('') : undefined;
  }

  #keeps({ local, uri }: SaxesTagNS): boolean {
    if (uri !== SVG_NAMESPACE || !ELEMENTS.has(local)) return false;
    if (this.#open.length === 0) return local === 'svg';
    if (this.#open.includes('') || local === 'svg') return false;
    // A clip of clips of clips takes as long as there are ways through them.
    return local !== 'clipPath' || !this.#open.includes('clipPath');
  }
}
