import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawingCost, SHADOWED_LETTERS } from '../../src/imaging/cost.ts';
import { prepareFonts } from '../../src/imaging/fonts/fonts.ts';
import { createRasterizer, type RasterFormat, type Rasterizer } from '../../src/imaging/raster.ts';
import { type BadgeSpec, type Scale, type Style, STYLES } from '../../src/imaging/spec.ts';
import { drawSvg } from '../../src/imaging/svg.ts';
import { fitNonNegative } from '../report/fit.ts';
import { type Figure, type Measured, median } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';

const FORMATS: readonly RasterFormat[] = ['png', 'jpeg', 'gif', 'tiff', 'webp'];
const SCALES: readonly Scale[] = [1, 2, 3, 4];
const LETTERS = [40, 90, 180, 512];
/** The rasterizer gives up after 2 s by default, which a busy machine needs for the largest. */
const TIMEOUT_SECONDS = 30;
/** A picture that costs more than its charge by this factor would be a lever. */
const MAX_UNDERCHARGE = 2;

interface Sample {
  readonly spec: BadgeSpec;
  readonly format: RasterFormat;
  readonly scale: Scale;
  /** CPU time, in typical pictures. */
  readonly cost: number;
}

/**
 * Measures the CPU time of large pictures of wide letters, in typical pictures, and compares it with what clients are
 * charged (`src/imaging/cost.ts`). Prints the coefficients that fit, which belong into that file.
 */
export async function measureCostModel({ isQuick }: BenchOptions): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'pypins-bench-'));
  const rasterizer = await createRasterizer(await prepareFonts(directory), TIMEOUT_SECONDS);
  const samples: Sample[] = [];
  for (const sample of casesOf(isQuick)) samples.push(await measure(rasterizer, sample));
  rmSync(directory, { recursive: true, force: true });
  return { figures: [fitFigure(samples), chargeFigure(samples)] };
}

/** Every style as PNG, and every format in one style: their costs add up. */
function casesOf(isQuick: boolean): Omit<Sample, 'cost'>[] {
  const lengths = isQuick ? LETTERS.slice(0, 2) : LETTERS;
  const kinds = [
    ...STYLES.map((style) => ({ style, format: 'png' as const })),
    ...FORMATS.map((format) => ({ style: 'flat' as const, format })),
  ];
  return kinds.flatMap(({ style, format }) =>
    lengths.flatMap((letters) =>
      SCALES.map((scale) => ({ spec: specOf('W', letters, style), format, scale })),
    ),
  );
}

function specOf(letter: string, letters: number, style: Style): BadgeSpec {
  const half = letter.repeat(letters / 2);
  return { label: half, message: half, color: 'blue', style };
}

/** The typical picture is measured beside each, because the machine's speed changes. */
async function measure(
  rasterizer: Rasterizer,
  { spec, format, scale }: Omit<Sample, 'cost'>,
): Promise<Sample> {
  const typical = await rasterizer.prepare(drawSvg(specOf('e', 20, 'flat')), 'png', 1);
  const drawing = await rasterizer.prepare(drawSvg(spec), format, scale);
  const costs: number[] = [];
  for (let round = 0; round < 5; round += 1)
    costs.push((await cpuMs(drawing, 1)) / (await cpuMs(typical, 5)));
  return { spec, format, scale, cost: median(costs) };
}

async function cpuMs(work: () => Promise<unknown>, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

/** cost = start + shadowed letters × scale² + letters × (letter of the style + pixels of the format × scale²). */
function fitFigure(samples: readonly Sample[]): Figure {
  const names = ['start', 'shadow', ...STYLES, ...FORMATS];
  const rows = samples.map(({ spec, format, scale }) => {
    const letters = spec.label.length + spec.message.length;
    return names.map((name) => {
      if (name === 'start') return 1;
      if (name === 'shadow') return shadowedPixels(spec, letters, scale);
      if (name === spec.style) return letters / 100;
      return name === format ? (letters * scale ** 2) / 100 : 0;
    });
  });
  const fitted = fitNonNegative(
    rows,
    samples.map(({ cost }) => cost),
  );
  const measured = names.map((name, i) => `${name} ${(fitted[i] ?? 0).toFixed(2)}`).join(', ');
  return {
    key: 'drawing-cost-fit',
    what: 'cost of a picture in typical ones: start, per 100 shadowed letters and scale², per 100 letters by style, per 100 letters and scale² by format',
    measured,
    goal: 'as in `src/imaging/cost.ts`',
    met: true,
  };
}

function shadowedPixels({ style }: BadgeSpec, letters: number, scale: Scale): number {
  const hasShadow = style === 'flat' || style === 'plastic';
  return hasShadow ? (Math.min(letters, SHADOWED_LETTERS / scale) * scale ** 2) / 100 : 0;
}

function chargeFigure(samples: readonly Sample[]): Figure {
  const factors = samples
    .map(({ spec, format, scale, cost }) => ({
      factor: cost / drawingCost(spec, format, scale),
      name: `${spec.style} ${format}, ${spec.label.length + spec.message.length} letters, scale ${scale}`,
    }))
    .toSorted((a, b) => b.factor - a.factor);
  const [{ factor: most, name } = { factor: Number.NaN, name: 'none' }] = factors;
  const middle = median(factors.map(({ factor }) => factor));
  return {
    key: 'drawing-cost',
    what: `CPU time of ${samples.length} pictures of wide letters against their charge: median; most (${name})`,
    measured: `${middle.toFixed(2)}; ${most.toFixed(2)}`,
    goal: `≤ ${MAX_UNDERCHARGE}`,
    met: most <= MAX_UNDERCHARGE,
  };
}
