import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import {
  compareInTurn,
  type Figure,
  type Measured,
  ratioFigure,
  withSpread,
} from '../report/figures.ts';
import { type Program, startProgram, startService } from '../servers/processes.ts';

const ROUNDS = 5;
const BADGES = 300;
const VIEWS = 50;
const PAGES = ['/', '/?project=package-1', '/docs', '/status', '/llms.txt', '/openapi.json'];
const ENCODINGS = ['br', 'gzip', 'identity'];
const CHROMIUM = '/usr/bin/chromium';
const INTERACTIVE_GOAL_MS = 200;

/** What the pages cost the process that serves them, and until when the first one can be used. */
export async function measurePage(): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const start = () => startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
  const memoryAfter = async (use: (service: Program) => Promise<void>): Promise<number> => {
    const service = await start();
    await requestBadges(service);
    await use(service);
    const bytes = service.memoryBytes();
    await service.stop();
    return bytes;
  };
  const ratios = await compareInTurn(
    ROUNDS,
    () => memoryAfter(requestPages),
    () => memoryAfter(requestBadges),
  );
  const what = `memory of a process after ${BADGES} badges, and ${VIEWS} views of each page in each encoding, against as many badges twice`;
  const figures: Figure[] = [ratioFigure({ key: 'page-memory', what, ratios, atMost: 1.05 })];
  if (existsSync(CHROMIUM)) {
    const service = await start();
    figures.push(await measureInteractive(service));
    await service.stop();
  }
  await upstream.stop();
  return { figures };
}

async function requestBadges({ url }: Program): Promise<void> {
  for (let number = 0; number < BADGES; number += 1) {
    const path = `/version/package-${number % 10}/badge.svg?label=${Math.random()}`;
    await (await fetch(url + path)).arrayBuffer();
  }
}

async function requestPages({ url }: Program): Promise<void> {
  const first = await (await fetch(url)).text();
  const assets = [...first.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  for (let view = 0; view < VIEWS; view += 1) {
    for (const path of [...PAGES, ...assets]) {
      const encoding = ENCODINGS[view % ENCODINGS.length] ?? '';
      const response = await fetch(url + path, { headers: { 'accept-encoding': encoding } });
      await response.arrayBuffer();
    }
  }
}

/** From the request for the first page until its script has run, beside a page of the same service that has none. */
async function measureInteractive({ url }: Program): Promise<Figure> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const milliseconds = async (path: string): Promise<number> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url + path);
    const took = await page.evaluate<number>(
      `performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`,
    );
    await context.close();
    return took;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first round compiles and compresses.
  for (let round = 0; round <= 2 * ROUNDS; round += 1) {
    const [took, control] = [await milliseconds('/'), await milliseconds('/status')];
    if (round === 0) continue;
    ours.push(took);
    theirs.push(control);
  }
  await browser.close();
  const median = withSpread(ours, 0);
  return {
    key: 'page-interactive',
    what: 'milliseconds until the first page can be used, in Chromium with an empty cache; until /status can, which has no script',
    measured: `${median}; ${withSpread(theirs, 0)}`,
    goal: `< ${INTERACTIVE_GOAL_MS}`,
    met: Number.parseInt(median, 10) < INTERACTIVE_GOAL_MS,
  };
}
