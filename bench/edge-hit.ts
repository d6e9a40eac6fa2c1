import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compareInTurn, type Figure, median, withSpread } from './figures.ts';
import { startProgram, startService } from './processes.ts';
import { type Edge, startEdge } from './traffic-edge.ts';

const ROUNDS = 5;
const SECONDS = 3;
const CLIENTS = 50;
const PATH = '/version/package-1/badge.svg';
const GOAL = 0.8;

/** A hit through our rules, against the same varnishd with the same badge and no rules at all. */
export async function measureEdgeHit(): Promise<Figure> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
  const ours = await startEdge(service.url);
  const plain = await startEdge(service.url, plainVcl(service.url));

  await requestsPerSecond(ours.url);
  await requestsPerSecond(plain.url);
  const misses = await missesOf(ours, plain);
  const ratios = await compareInTurn(
    ROUNDS,
    () => requestsPerSecond(ours.url),
    () => requestsPerSecond(plain.url),
  );
  if ((await missesOf(ours, plain)) !== misses) throw new Error('not every request was a hit');

  await Promise.all([ours.stop(), plain.stop(), service.stop(), upstream.stop()]);
  return {
    what: `hit at the edge, requests a second, ${CLIENTS} clients, against varnishd without rules`,
    measured: withSpread(ratios),
    goal: `≥ ${GOAL}`,
    met: median(ratios) >= GOAL,
  };
}

async function missesOf(...edges: readonly Edge[]): Promise<number> {
  const counts = await Promise.all(edges.map((edge) => edge.count()));
  return counts.reduce((sum, { misses }) => sum + misses, 0);
}

/** What varnishd does by itself: the badge is kept for its max-age. It is compressed, as ours is. */
function plainVcl(nodeUrl: string): string {
  return `vcl 4.1;
backend node { .host = "127.0.0.1"; .port = "${new URL(nodeUrl).port}"; }
sub vcl_backend_response { set beresp.do_gzip = true; }
`;
}

/** As wrk counts them, from a process of its own with one thread; it takes gzip, as browsers do. */
async function requestsPerSecond(url: string): Promise<number> {
  const args = ['-t1', `-c${CLIENTS}`, `-d${SECONDS}s`, '-H', 'Accept-Encoding: gzip', url + PATH];
  const { stdout } = await promisify(execFile)('wrk', args);
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === undefined || /Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${url} failed under load:\n${stdout}`);
  return Number(rate);
}
