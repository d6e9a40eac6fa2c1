import { normalizeColor } from '../imaging/color.ts';
import type { StyleOptions } from './compose.ts';
import type { Content } from './kind.ts';

/** badgen's presets (npm `badgen` 3.3.2), as it spells them; only its own URLs mean them. */
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['green', '#3C1'],
  ['blue', '#08C'],
  ['red', '#E43'],
  ['yellow', '#DB1'],
  ['orange', '#F73'],
  ['purple', '#94E'],
  ['pink', '#E5B'],
  ['grey', '#999'],
  ['gray', '#999'],
  ['cyan', '#1BC'],
  ['black', '#2A2A2A'],
]);
const DEFAULT_COLOR = '#08C';

/**
 * Reads the decoded segments of `/badge/<label>/<message>[/<color>]` as badgen.net does; undefined if they are not two
 * or three. `list` is the separator that replaces commas in the message; empty and `1` mean a vertical bar.
 */
export function parseBadgen(segments: readonly string[], list?: string): Content | undefined {
  const [label, message, color, ...others] = segments.filter((segment) => segment !== '');
  if (label === undefined || message === undefined || others.length > 0) return undefined;
  return { label, message: separate(message, list), color: badgenColor(color) ?? DEFAULT_COLOR };
}

function separate(message: string, list: string | undefined): string {
  if (list === undefined) return message;
  const separator = list === '' || list === '1' ? '|' : list;
  return message
    .split(',')
    .map((item) => item.trim())
    .join(` ${separator} `);
}

/** Returns the options with the colors that they mean at badgen.net. */
export function badgenStyling(styling: StyleOptions): StyleOptions {
  return {
    ...styling,
    color: badgenColor(styling.color),
    labelColor: badgenColor(styling.labelColor),
  };
}

function badgenColor(color: string | undefined): string | undefined {
  if (color === undefined) return undefined;
  return PRESETS.get(color.toLowerCase()) ?? normalizeColor(color);
}
