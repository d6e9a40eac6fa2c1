import type { Content } from './kind.ts';

const MAX_CHARACTERS = 2_048;

/**
 * Reads `<label>-<message>-<color>` as shields.io does: `--` is a dash, `_` a space, `__` an underscore, and the label
 * may be missing. Undefined where there is no color. The color is as the user wrote it.
 *
 * A run of an odd number of dashes holds one separator. Two such runs part label, message and color; with one alone
 * there is no label; with none, an even run holds both separators and the message is what stands between them: the first
 * one that leaves no dot in the color.
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

/** Where the separators stand; no first one means no label. */
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
