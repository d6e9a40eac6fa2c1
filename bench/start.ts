import { type Measured, median, withSpread } from './figures.ts';
import { startProgram, startService } from './processes.ts';

const ROUNDS = 7;
const GOAL_SECONDS = 1;

/** From the start of the process to its first badge, with an empty cache: fonts, their self-test and all. */
export async function measureStart(): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAtMs = performance.now();
    const service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
    const response = await fetch(`${service.url}/version/package-1/badge.svg`);
    if (response.headers.get('x-badge-status') !== 'ok') throw new Error('no badge');
    seconds.push((performance.now() - startedAtMs) / 1000);
    await service.stop();
  }
  await upstream.stop();
  return {
    figures: [
      {
        key: 'start',
        what: 'start to first badge, empty cache, seconds',
        measured: withSpread(seconds),
        goal: `< ${GOAL_SECONDS}`,
        met: median(seconds) < GOAL_SECONDS,
      },
    ],
  };
}
