import type { Grammar } from '../badges/kind.ts';
import type { Format } from '../imaging/spec.ts';

/** What a URL may end in, and what it asks for: a picture, or the twin for machines. */
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

/** The extensions that exist. */
export const EXTENSION_NAMES = [...EXTENSIONS.keys()];

/** The format of an extension, whatever its case; undefined for one that does not exist. */
export function formatOf(extension: string): AnswerFormat | undefined {
  return EXTENSIONS.get(extension.toLowerCase());
}

/** Parts a known extension from the end of a path; any other dot belongs to the name (`zope.interface`). */
export function splitExtension(path: string): { stem: string; format: AnswerFormat | undefined } {
  const dot = path.lastIndexOf('.');
  const format = dot < 0 ? undefined : formatOf(path.slice(dot + 1));
  return { stem: format === undefined ? path : path.slice(0, dot), format };
}

/** Whose grammar a path is in. */
export function grammarOf(path: string): Grammar {
  if (path.startsWith('/pypi/') || path.startsWith('/badge/')) return 'shields';
  return path.startsWith('/py/') ? 'fury' : 'pypip';
}

/** The text with its percent escapes decoded, or as it is where they are malformed. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
