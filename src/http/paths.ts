import type { Grammar } from '../badges/kind.ts';
import type { Format } from '../imaging/spec.ts';
import type { IconRule } from './parameters.ts';

/** Format of an answer: a picture, or JSON. */
export type AnswerFormat = Format | 'json';

const EXTENSIONS: ReadonlyMap<string, AnswerFormat> = new Map([
  ['svg', 'svg'],
  ['png', 'png'],
  ['jpg', 'jpeg'],
  ['jpeg', 'jpeg'],
  ['gif', 'gif'],
  ['tiff', 'tiff'],
  ['tif', 'tiff'],
  ['webp', 'webp'],
  ['json', 'json'],
]);

/** All extensions. */
export const EXTENSION_NAMES = [...EXTENSIONS.keys()];

/** Returns the format of an extension in any case; undefined for an unknown one. */
export function formatOf(extension: string): AnswerFormat | undefined {
  return EXTENSIONS.get(extension.toLowerCase());
}

/** Splits off a known extension; any other dot belongs to the name (`zope.interface`). */
export function splitExtension(path: string): { stem: string; format: AnswerFormat | undefined } {
  const dot = path.lastIndexOf('.');
  const format = dot < 0 ? undefined : formatOf(path.slice(dot + 1));
  return { stem: format === undefined ? path : path.slice(0, dot), format };
}

/** Returns the grammar of a path. */
export function grammarOf(path: string): Grammar {
  if (path.startsWith('/pypi/') || path.startsWith('/badge/')) return 'shields';
  return path.startsWith('/py/') ? 'fury' : 'pypip';
}

/** Returns what `icon` means at a path: badgen.net has it for projects and for static badges of several segments. */
export function iconRuleOf(path: string): IconRule {
  if (path.startsWith('/py/')) return 'brand';
  return /^\/(?:pypi|(?:badge|static)\/+[^/]+)\/+[^/]/.test(path) ? 'white' : 'none';
}

/** Decodes percent escapes; returns the text unchanged if they are malformed. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
