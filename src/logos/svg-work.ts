/**
 * Bounds how long librsvg draws a logo, since nothing can stop it: cairo's time grows with the square of the segments
 * that may cross each other, with the size of curves, and with the pixels under a gradient. `LIMIT` is about 50 ms.
 */
const LIMIT = 500_000;
/** The largest number in pixels, at the largest size in which a logo is drawn. */
const MAX_PIXELS = 4_000;
const DRAWN_SIDE = 56;
/** Width of a viewport without a `viewBox`, as if it were a logo's. */
const DEFAULT_SIDE = 14;

/** Segments that an element or a command of a path counts for. */
const SHAPE_SEGMENTS = 10;
const ROUND_SEGMENTS = 30;
const ARC_SEGMENTS = 8;
const ARC_NUMBERS = 7;
const GRADIENT_WORK = 4_000;

const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi;
const PATH_COMMAND = /[a-df-z][^a-df-z]*/gi;
/** Attributes of lengths. */
const LENGTHS = ['d', 'points', 'x', 'y', 'width', 'height', 'rx', 'ry', 'cx', 'cy', 'r'].concat([
  'x1',
  'y1',
  'x2',
  'y2',
  'stroke-width',
]);

/** An element that is kept, with its kept attributes. */
export interface KeptElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly isInClip: boolean;
}

/** Sums up the work of drawing a logo. */
export interface SvgWork {
  /** Counts an element. Returns its scale: pixels per unit, given that of its parent. */
  readonly add: (element: KeptElement, parentScale: number) => number;
  /** Returns the share of the limit; above 1, the logo must not be drawn. */
  readonly share: () => number;
}

export function createSvgWork(): SvgWork {
  let drawn = 0;
  let clips = 0;
  let clipReferences = 0;
  let isStroked = false;
  let isTooLarge = false;
  return {
    add({ name, attributes, isInClip }, parentScale) {
      const scale = parentScale * scaleOf(name, attributes);
      isTooLarge ||= largestLength(attributes) * scale > MAX_PIXELS || !Number.isFinite(scale);
      isStroked ||= attributes.has('stroke');
      if (attributes.has('clip-path')) clipReferences += 1;
      const work = segmentsOf(name, attributes) ** 2 + gradientWork(attributes);
      if (isInClip) clips += work;
      else drawn += work;
      return scale;
    },
    share() {
      const work = drawn * (isStroked ? 2 : 1) + clips * clipReferences;
      return isTooLarge ? Infinity : work / LIMIT;
    },
  };
}

function gradientWork(attributes: ReadonlyMap<string, string>): number {
  const paints = [attributes.get('fill'), attributes.get('stroke')];
  return paints.some((paint) => paint?.startsWith('url(')) ? GRADIENT_WORK : 0;
}

function segmentsOf(name: string, attributes: ReadonlyMap<string, string>): number {
  if (name === 'circle' || name === 'ellipse') return ROUND_SEGMENTS;
  const points = numbersOf(attributes.get('points') ?? '').length / 2;
  const commands = attributes.get('d')?.match(PATH_COMMAND) ?? [];
  return SHAPE_SEGMENTS + points + commands.reduce((sum, each) => sum + segmentsOfCommand(each), 0);
}

function segmentsOfCommand(command: string): number {
  const count = numbersOf(command).length;
  if (/^[hv]/i.test(command)) return count;
  if (/^a/i.test(command)) return Math.ceil(count / ARC_NUMBERS) * ARC_SEGMENTS;
  return Math.max(1, count / 2);
}

function scaleOf(name: string, attributes: ReadonlyMap<string, string>): number {
  const [, , width = DEFAULT_SIDE, height = DEFAULT_SIDE] = numbersOf(
    attributes.get('viewBox') ?? '',
  );
  const functions = (attributes.get('transform') ?? '').split(')').map((each) => each.split('('));
  return functions.reduce(
    (scale, [kind = '', values = '']) => scale * scaleOfFunction(kind, numbersOf(values)),
    name === 'svg' ? DRAWN_SIDE / Math.max(width, height) : 1,
  );
}

function scaleOfFunction(kind: string, values: readonly number[]): number {
  if (kind.endsWith('scale')) return largestOf(values);
  if (kind.endsWith('matrix')) return 2 * largestOf(values.slice(0, 4));
  if (kind.includes('skew')) return 1 + Math.abs(Math.tan(((values[0] ?? 0) * Math.PI) / 180));
  return 1;
}

function largestLength(attributes: ReadonlyMap<string, string>): number {
  return Math.max(...LENGTHS.map((name) => largestOf(numbersOf(attributes.get(name) ?? ''))));
}

function largestOf(numbers: readonly number[]): number {
  return numbers.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0);
}

function numbersOf(text: string): number[] {
  return (text.match(NUMBER) ?? []).map(Number);
}
