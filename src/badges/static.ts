import { normalizeColor } from '../imaging/color.ts';
import type { Content } from './kind.ts';

const MAX_CHARACTERS = 2_048;
/** badge-maker's color for an unknown one. */
const DEFAULT_COLOR = 'brightgreen';

/** Reads `<label>-<message>-<color>` as shields.io does. Returns undefined for anything else. */
export function parseShields(text: string): Content | undefined {
  const content = parseStatic(text);
  return content && { ...content, color: normalizeColor(content.color) ?? DEFAULT_COLOR };
}

/**
 * Reads the decoded segments of `/badge/…` as `parseShields` does; the slashes between them are text. Two or three
 * segments are badgen.net's unless they end in a known color (`/badge/os-linux/mac-blue`): then returns undefined.
 */
export function parseShieldsBadge(segments: readonly string[]): Content | undefined {
  const text = segments.join('/');
  const count = segments.filter((segment) => segment !== '').length;
  const mayBeBadgens = count === 2 || count === 3;
  return mayBeBadgens && !endsInColor(text) ? undefined : parseShields(text);
}

function endsInColor(text: string): boolean {
  return normalizeColor(parseStatic(text)?.color ?? '') !== undefined;
}

/**
 * Parses `<label>-<message>-<color>` as shields.io does: `--` is a dash, `_` a space, `__` an underscore; the label may
 * be missing. Returns undefined without a color. The color is not normalized.
 *
 * A run of an odd number of dashes contains one separator. Two such runs separate label, message and color; with only
 * one, there is no label. Without any, the first even run that leaves no dot in the color contains both separators,
 * around the message.
 */
export function parseStatic(content: string): Content | undefined {
  if (content.length > MAX_CHARACTERS) return undefined;
  const cuts = findSeparators(content);
  if (cuts === undefined) return undefined;
  const [first, last] = cuts;
  const color = content.slice(last + 1);
  if (color === '' || color.includes('.')) return undefined;
  return {
    label: first === undefined ? '' : decode(content.slice(0, first)),
    message: decode(content.slice(first === undefined ? 0 : first + 1, last)),
    color,
  };
}

/** Positions of the separators; the first is undefined without a label. */
function findSeparators(content: string): [first: number | undefined, last: number] | undefined {
  const runs = [...content.matchAll(/-+/g)].map(({ 0: run, index }) => ({
    start: index,
    end: index + run.length - 1,
  }));
  const odd = runs.filter(({ start, end }) => (end - start) % 2 === 0);
  const [one, two] = odd;
  if (odd.length > 2) return undefined;
  if (one !== undefined && two !== undefined) return [one.start, two.end];
  if (one !== undefined) return [undefined, one.end];
  const even = runs.find(({ start }) => start > content.lastIndexOf('.'));
  return even && [even.start, even.end];
}

function decode(text: string): string {
  return text.replace(/__|_|--/g, (escape) => ({ __: '_', _: ' ', '--': '-' })[escape] ?? escape);
}
