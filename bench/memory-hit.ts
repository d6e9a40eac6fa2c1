import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compareInTurn, type Figure, median, withSpread } from './figures.ts';
import { startProgram, startService } from './processes.ts';

const ROUNDS = 7;
const SECONDS = 4;
const CLIENTS = 50;
const PATH = '/version/package-1/badge.svg';
const GOAL = 0.8;

/** Headers that the HTTP server writes by itself. */
const SERVERS_OWN = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
]);

/** A picture in memory, against a Koa application that does nothing but send the same bytes with the same headers. */
export async function measureMemoryHit(): Promise<Figure> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
  const answer = await fetch(service.url + PATH);
  const body = await answer.text();
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !SERVERS_OWN.has(name)),
  );
  const bare = await startProgram('bare-koa.ts', [], { ANSWER: JSON.stringify({ body, headers }) });

  await requestsPerSecond(service.url);
  await requestsPerSecond(bare.url);
  const ratios = await compareInTurn(
    ROUNDS,
    () => requestsPerSecond(service.url),
    () => requestsPerSecond(bare.url),
  );

  await Promise.all([service.stop(), bare.stop(), upstream.stop()]);
  return {
    what: `picture in memory, requests a second, ${CLIENTS} clients, against bare Koa`,
    measured: withSpread(ratios),
    goal: `≥ ${GOAL}`,
    met: median(ratios) >= GOAL,
  };
}

/** As wrk counts them, from a process of its own with one thread. */
async function requestsPerSecond(url: string): Promise<number> {
  const args = ['-t1', `-c${CLIENTS}`, `-d${SECONDS}s`, url + PATH];
  const { stdout } = await promisify(execFile)('wrk', args);
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === undefined || /Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${url} failed under load:\n${stdout}`);
  return Number(rate);
}
