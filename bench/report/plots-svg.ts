import type { Series } from './figures.ts';

const WIDTH = 640;
const HEIGHT = 360;
const AREA = { left: 72, right: WIDTH - 40, top: 88, bottom: HEIGHT - 56 };
const LEGEND_STEP = 200;
const TICKS = 5;
/** Legible on white and on black. */
const INK = '#768390';
const COLORS = ['#3b82d6', '#d97b29', '#4a9c5d', '#a864c7'];

/** How a coordinate grows along its axis. `nines` is for percentages: 90, 99 and 99.9 are equally far apart. */
type Scale = 'linear' | 'log' | 'nines';
const SCALES: Readonly<Record<Scale, (value: number) => number>> = {
  linear: (value) => value,
  log: Math.log2,
  nines: (value) => -Math.log10(1 - value / 100),
};

export interface Plot {
  readonly title: string;
  readonly x: { readonly label: string; readonly scale: Scale };
  /** Linear, from 0. */
  readonly y: { readonly label: string };
  readonly series: readonly Series[];
}

/** A place along an axis, in pixels. */
type Along = (value: number) => number;

/** Lines through the points, with axes, ticks and a legend, as SVG that can be read on light and dark pages. */
export function drawPlot({ title, x, y, series }: Plot): string {
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) throw new Error(`${title}: there is nothing to draw`);
  const xs = points.map(([value]) => value);
  const yTicks = ticksUpTo(Math.max(...points.map(([, value]) => value)));
  const xTicks =
    x.scale === 'linear'
      ? ticksUpTo(Math.max(...xs)).filter((tick) => tick <= Math.max(...xs))
      : [...new Set(xs)].toSorted((a, b) => a - b);
  const from = x.scale === 'linear' ? 0 : Math.min(...xs);
  const alongX = along([from, Math.max(...xs)], [AREA.left, AREA.right], SCALES[x.scale]);
  const alongY = along([0, yTicks.at(-1) ?? 1], [AREA.bottom, AREA.top], SCALES.linear);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="sans-serif" font-size="13" fill="${INK}">`,
    `<title>${escapeXml(title)}</title>`,
    text({ x: AREA.left, y: 28, size: 17 }, title),
    ...series.map((each, index) => legend(each.name, index)),
    ...yTicks.map((tick) => gridLine(alongY(tick), tick)),
    ...xTicks.map((tick) => tickBelow(alongX(tick), tick)),
    text({ x: (AREA.left + AREA.right) / 2, y: HEIGHT - 14, anchor: 'middle' }, x.label),
    text({ x: 12, y: AREA.top - 14 }, y.label),
    ...series.map((each, index) => curve(each, index, alongX, alongY)),
    '</svg>',
    '',
  ].join('\n');
}

function along([from, to]: [number, number], [start, end]: [number, number], scale: Along): Along {
  const [first, last] = [scale(from), scale(to)];
  return (value) => start + ((scale(value) - first) / (last - first || 1)) * (end - start);
}

/** Round numbers from 0 to above the most. */
function ticksUpTo(most: number): number[] {
  const magnitude = 10 ** Math.floor(Math.log10(most / TICKS));
  const step = [1, 2, 2.5, 5, 10]
    .map((each) => each * magnitude)
    .find((each) => most / each <= TICKS);
  const count = Math.ceil(most / (step ?? most));
  return Array.from({ length: count + 1 }, (_, index) => index * (step ?? most));
}

function curve({ points }: Series, index: number, alongX: Along, alongY: Along): string {
  const places = points.map(([x, y]) => `${alongX(x).toFixed(1)},${alongY(y).toFixed(1)}`);
  const color = colorOf(index);
  const dots = places.map((place) => {
    const [x, y] = place.split(',');
    return `<circle cx="${x}" cy="${y}" r="3"/>`;
  });
  return `<g fill="${color}"><polyline points="${places.join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>${dots.length > 20 ? '' : dots.join('')}</g>`;
}

function legend(name: string, index: number): string {
  const x = AREA.left + index * LEGEND_STEP;
  return `<rect x="${x}" y="41" width="14" height="4" rx="2" fill="${colorOf(index)}"/>${text({ x: x + 20, y: 47 }, name)}`;
}

function gridLine(y: number, tick: number): string {
  const line = `<path d="M${AREA.left} ${y.toFixed(1)}H${AREA.right}" stroke="${INK}" stroke-opacity="${tick === 0 ? 0.9 : 0.25}"/>`;
  return line + text({ x: AREA.left - 8, y: y + 4, anchor: 'end' }, show(tick));
}

function tickBelow(x: number, tick: number): string {
  const line = `<path d="M${x.toFixed(1)} ${AREA.bottom}v5" stroke="${INK}"/>`;
  return line + text({ x, y: AREA.bottom + 20, anchor: 'middle' }, show(tick));
}

function show(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}

function text(
  { x, y, anchor = 'start', size }: { x: number; y: number; anchor?: string; size?: number },
  words: string,
): string {
  const attributes = `${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${size === undefined ? '' : ` font-size="${size}"`}`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes}>${escapeXml(words)}</text>`;
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? INK;
}

function escapeXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
