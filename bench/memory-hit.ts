import autocannon from 'autocannon';
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

  const requestsPerSecond = async (url: string): Promise<number> => {
    const result = await autocannon({ url: url + PATH, connections: CLIENTS, duration: SECONDS });
    if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url} failed under load`);
    return result.requests.average;
  };
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
