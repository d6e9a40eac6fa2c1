import { compareInTurn, type Measured, ratioFigure } from '../report/figures.ts';
import type { BenchOptions } from '../options.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { type Edge, startEdge } from '../traffic/edge.ts';
import { runWrk } from '../servers/wrk.ts';

const PATH = '/version/package-1/badge.svg';
const GOAL = 0.85;
const IDENTITY_GOAL = 0.8;
/** The first request of each, and the look whether the plain one answers. */
const MAX_MISSES = 3;

/** A hit through our rules, against the same varnishd with the same badge and no rules at all. */
export async function measureEdgeHit({ rounds, seconds }: BenchOptions): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService({ PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url });
  const ours = await startEdge(service.url);
  const plain = await startEdge(service.url, plainVcl(service.url));

  const rateOf = (url: string, headers: readonly string[]) => async (): Promise<number> =>
    (await runWrk(url + PATH, { seconds, headers })).perSecond;
  const compare = (headers: readonly string[]): Promise<number[]> =>
    compareInTurn(rounds, rateOf(ours.url, headers), rateOf(plain.url, headers));

  const gzip = ['Accept-Encoding: gzip'];
  await rateOf(ours.url, gzip)();
  await rateOf(plain.url, gzip)();
  const ratios = await compare(gzip);
  const identity = await compare([]);
  if ((await missesOf(ours, plain)) > MAX_MISSES) throw new Error('not every request was a hit');

  await Promise.all([ours.stop(), plain.stop(), service.stop(), upstream.stop()]);
  return {
    figures: [
      ratioFigure({
        key: 'edge-hit',
        what: 'hit at the edge, requests a second, 50 clients, against varnishd without rules',
        ratios,
        atLeast: GOAL,
      }),
      ratioFigure({
        key: 'edge-hit-identity',
        what: 'the same for clients that take no gzip, which varnishd unpacks on both sides',
        ratios: identity,
        atLeast: IDENTITY_GOAL,
      }),
    ],
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
