import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBadge } from 'badge-maker';
import { pino } from 'pino';
import { composeSpec } from '../../src/badges/compose.ts';
import { readConfig } from '../../src/config.ts';
import type { Format } from '../../src/imaging/spec.ts';
import type { LogoRequest } from '../../src/logos/logo.ts';
import { createMetrics } from '../../src/metrics.ts';
import { createServices, type Services } from '../../src/services.ts';
import { compareInTurn, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';

const SVG_BADGES = 4_000;
const PNG_BADGES = 250;
const SVG_GOAL = 1.3;
const PNG_GOAL = 0.9;
const LOGO_SVG_GOAL = 1.3;
const LOGO_PNG_GOAL = 1.5;
const STYLE = 'flat';
const LOGO: LogoRequest = { text: 'python', isAuto: false };
const AT_ONCE = availableParallelism();

/** Facts in memory and a picture that never was: our whole way to it, against the renderers alone on the same badge. */
export async function measureDrawing({ rounds }: BenchOptions): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'pypins-bench-'));
  const config = readConfig({ CACHE_DIR: directory, DRAWING_QUEUE: `${PNG_BADGES}` });
  const log = pino({ level: 'silent' });
  const services = await createServices({ config, log, metrics: createMetrics('0'), version: '0' });
  const { default: sharp } = await import('sharp');
  let serial = 0;
  const nextMessage = (): string => `1.${(serial += 1)}.0`;
  const nextSvg = (): string =>
    makeBadge({ label: 'pypi', message: nextMessage(), color: 'blue', style: STYLE });

  const ourSvg = (logo?: LogoRequest) =>
    timeEach(SVG_BADGES, 1, () => drawOurs(services, nextMessage(), 'svg', logo));
  const badgeMaker = () => timeEach(SVG_BADGES, 1, () => Promise.resolve(nextSvg()));
  // All of them are there at once: the queue is full from the beginning.
  const timePngs = (atOnce: number, logo?: LogoRequest): Promise<number> =>
    timeEach(PNG_BADGES, atOnce, () => drawOurs(services, nextMessage(), 'png', logo));
  const ourPng = async (): Promise<number> => PNG_BADGES / (await timePngs(PNG_BADGES));
  const sharpAlone = async (): Promise<number> => {
    const svgs = Array.from({ length: PNG_BADGES }, () => Buffer.from(nextSvg()));
    const draw = (i: number) => sharp(svgs[i]).png({ compressionLevel: 4 }).toBuffer();
    return PNG_BADGES / (await timeEach(PNG_BADGES, AT_ONCE, draw));
  };

  for (const each of [ourSvg, badgeMaker, ourPng, sharpAlone]) await each();
  const svg = await compareInTurn(rounds + 2, ourSvg, badgeMaker);
  const png = await compareInTurn(rounds + 2, ourPng, sharpAlone);
  const logoSvg = await compareInTurn(rounds + 2, () => ourSvg(LOGO), ourSvg);
  const somePngs = (logo?: LogoRequest) => timePngs(AT_ONCE, logo);
  const logoPng = await compareInTurn(rounds + 2, () => somePngs(LOGO), somePngs);
  await services.close();
  rmSync(directory, { recursive: true, force: true });
  return {
    figures: [
      ratioFigure({
        key: 'new-svg',
        what: 'new SVG, facts in memory, time against badge-maker alone',
        ratios: svg,
        atMost: SVG_GOAL,
      }),
      ratioFigure({
        key: 'new-png',
        what: `new PNG, facts in memory, ${PNG_BADGES} wait, pictures a second against sharp alone, ${AT_ONCE} at once`,
        ratios: png,
        atLeast: PNG_GOAL,
      }),
      ratioFigure({
        key: 'logo-svg',
        what: 'new SVG with an icon, time against the same without',
        ratios: logoSvg,
        atMost: LOGO_SVG_GOAL,
      }),
      ratioFigure({
        key: 'logo-png',
        what: 'new PNG with an icon, time against the same without',
        ratios: logoPng,
        atMost: LOGO_PNG_GOAL,
      }),
    ],
  };
}

/** From what a kind says to the picture: spec, digest, memory, disk, drawing. */
async function drawOurs(
  { pictures, logos }: Services,
  message: string,
  format: Format,
  request?: LogoRequest,
): Promise<unknown> {
  const logo = request && (await logos.find(request, STYLE, () => 0));
  const content = { label: 'pypi', message, color: 'blue' };
  const spec = composeSpec(content, { style: STYLE }, logo);
  const wish = { spec, format, scale: 1 } as const;
  return pictures.get(wish, pictures.digest(wish), () => 0);
}

/** Milliseconds for so many pieces of work, some at once. */
async function timeEach(
  times: number,
  atOnce: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  const startedAtMs = performance.now();
  const left = Array.from({ length: times }, (_, i) => i).values();
  const worker = async (): Promise<void> => {
    for (const i of left) await work(i);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return performance.now() - startedAtMs;
}
