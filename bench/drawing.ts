import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBadge } from 'badge-maker';
import { pino } from 'pino';
import { composeSpec } from '../src/badges/compose.ts';
import { readConfig } from '../src/config.ts';
import type { Format } from '../src/imaging/spec.ts';
import { createMetrics } from '../src/metrics.ts';
import { createServices, type Services } from '../src/services.ts';
import { compareInTurn, type Figure, median, withSpread } from './figures.ts';

const ROUNDS = 9;
const SVG_BADGES = 4_000;
const PNG_BADGES = 150;
const SVG_GOAL = 1.5;
const PNG_GOAL = 1.3;

const STYLE = 'flat';

/** Facts in memory and a picture that never was: our whole way to it, against the renderers alone on the same badge. */
export async function measureDrawing(): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pypins-bench-'));
  const config = readConfig({ CACHE_DIR: directory });
  const services = await createServices({
    config,
    log: pino({ level: 'silent' }),
    metrics: createMetrics('0'),
    version: '0',
  });
  const { default: sharp } = await import('sharp');
  let serial = 0;
  const nextMessage = (): string => `1.${(serial += 1)}.0`;

  const ours = (format: Format, badges: number) => () =>
    timeEach(badges, () => drawOurs(services, nextMessage(), format));
  const badgeMaker = () =>
    timeEach(SVG_BADGES, () =>
      Promise.resolve(
        makeBadge({ label: 'pypi', message: nextMessage(), color: 'blue', style: STYLE }),
      ),
    );
  const sharpAlone = async (): Promise<number> => {
    const svgs = Array.from({ length: PNG_BADGES }, () =>
      Buffer.from(
        makeBadge({ label: 'pypi', message: nextMessage(), color: 'blue', style: STYLE }),
      ),
    );
    return timeEach(PNG_BADGES, (i) => sharp(svgs[i]).png({ compressionLevel: 4 }).toBuffer());
  };

  for (let warm = 0; warm < 2; warm += 1) {
    await ours('svg', SVG_BADGES)();
    await badgeMaker();
    await ours('png', PNG_BADGES)();
    await sharpAlone();
  }
  const svg = await compareInTurn(ROUNDS, ours('svg', SVG_BADGES), badgeMaker);
  const png = await compareInTurn(ROUNDS, ours('png', PNG_BADGES), sharpAlone);
  await services.close();
  rmSync(directory, { recursive: true, force: true });
  return [
    figure('new SVG, facts in memory, time against badge-maker alone', svg, SVG_GOAL),
    figure('new PNG, facts in memory, time against sharp alone on the same SVG', png, PNG_GOAL),
  ];
}

function figure(what: string, ratios: number[], goal: number): Figure {
  return { what, measured: withSpread(ratios), goal: `≤ ${goal}`, met: median(ratios) <= goal };
}

/** From what a kind says to the picture: spec, digest, memory, disk, drawing. */
async function drawOurs({ pictures }: Services, message: string, format: Format): Promise<unknown> {
  const spec = composeSpec({ label: 'pypi', message, color: 'blue' }, { style: STYLE });
  const wish = { spec, format, scale: 1 } as const;
  return pictures.get(wish, pictures.digest(wish), () => undefined);
}

/** Milliseconds for so many pieces of work, one after the other. */
async function timeEach(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  for (let i = 0; i < times; i += 1) await work(i);
  return performance.now() - startedAtMs;
}
