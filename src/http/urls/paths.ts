import type { Grammar } from '../../badges/kind.ts';
import { type Format, type Scale, SCALES } from '../../imaging/spec.ts';
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

/** Returns the format of a file extension, in upper or lower case, or undefined if there is no such format. */
export function formatOf(extension: string): AnswerFormat | undefined {
  return EXTENSIONS.get(extension.toLowerCase());
}

/**
 * Paths that are no badges; `/*` stands for all paths below. Their answers have headers of their own, and their failures
 * are pages or JSON. No kind has such a name.
 */
export const PAGES = [
  '/',
  '/-/ready',
  '/api/*',
  '/assets/*',
  '/docs',
  '/docs/*',
  '/favicon.ico',
  '/llms.txt',
  '/openapi.json',
  '/refresh/*',
  '/robots.txt',
  '/status',
  '/status.json',
] as const;

/** Whether a path is that of a page. */
export function isPage(path: string): boolean {
  return PAGES.some((page) =>
    page.endsWith('/*') ? path.startsWith(page.slice(0, -1)) : path === page,
  );
}

/** Splits off a known extension; any other dot belongs to the name (`zope.interface`). */
export function splitExtension(path: string): { stem: string; format: AnswerFormat | undefined } {
  const dot = path.lastIndexOf('.');
  const format = dot < 0 ? undefined : formatOf(path.slice(dot + 1));
  return { stem: format === undefined ? path : path.slice(0, dot), format };
}

/** Returns the grammar of a path. */
export function grammarOf(path: string): Grammar {
  if (/^\/(?:(?:pypi|pepy|badge|static)\/|:)/.test(path)) return 'shields';
  return path.startsWith('/py/') ? 'fury' : 'pypip';
}

/** Splits a canonical path and decodes its segments afterwards: `%2F` is text. */
export function decodeSegments(path: string): string[] {
  return path.split('/').map((segment) => decodeURIComponent(segment));
}

/** Splits off `@2x` as at badge.fury.io. */
export function splitScale(name: string): { name: string; scale: Scale | undefined } {
  const scale = SCALES.find((each) => name.endsWith(`@${each}x`));
  return { name: scale === undefined ? name : name.slice(0, -'@2x'.length), scale };
}

/** Returns what `icon` means at a path: badgen.net has it for projects and for static badges of several segments. */
export function iconRuleOf(path: string): IconRule {
  if (path.startsWith('/py/')) return 'brand';
  return /^\/(?:pypi|(?:badge|static)\/+[^/]+)\/+[^/]/.test(path) ? 'white' : 'none';
}
