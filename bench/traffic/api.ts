// The API in small, with its clock SCALE times as fast: its headers, its cache lengths, and how often it would ask its
// upstreams. All kinds of a package share PyPI's facts; downloads are asked for once a day. Until the moment that
// `/begin?in=<ms>` names, what it sends is of any age, as what a cache holds is, and nothing counts.
import { createServer } from 'node:http';
import { normalizeName } from '../../src/facts/names.ts';
import { createRandom } from './random.ts';

const SCALE = Number(process.env['SCALE']);
const FACTS_KEPT_SECONDS = Number(process.env['FACTS_KEPT_SECONDS']);
const FACTS_FRESH_SECONDS = 600;
const DAY_SECONDS = 86_400;
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg">'.padEnd(1_100, ' ').concat('</svg>');

const random = createRandom(1);
/** By source and project, on the scaled clock. */
const freshUntil = new Map<string, number>();
let beginsAt = Infinity;
let asked = 0;

function scaledSeconds(): number {
  return (performance.now() / 1000) * SCALE;
}

function command(url: URL): string {
  if (url.pathname === '/begin')
    beginsAt = scaledSeconds() + (Number(url.searchParams.get('in')) / 1000) * SCALE;
  return `${asked}`;
}

/** How long the edge may keep the badge, in scaled seconds. */
function answerBadge(kind: string, name: string): number {
  const isDownloads = kind === 'download';
  const keptSeconds = isDownloads ? DAY_SECONDS : FACTS_KEPT_SECONDS;
  const now = scaledSeconds();
  const isBefore = now < beginsAt;
  const fetchedAt = isBefore ? beginsAt - random() * keptSeconds : now;

  const key = `${isDownloads ? 'pypistats' : 'pypi'} ${name}`;
  const freshSeconds = isDownloads ? DAY_SECONDS : FACTS_FRESH_SECONDS;
  const known = freshUntil.get(key) ?? 0;
  if (isBefore) freshUntil.set(key, Math.max(known, fetchedAt + freshSeconds));
  else if (known < now) {
    asked += 1;
    freshUntil.set(key, now + freshSeconds);
  }
  return fetchedAt + keptSeconds - now;
}

createServer((request, response) => {
  const url = new URL(`http://api${request.url}`);
  const [, kind = '', spelling = ''] = /^\/+([a-z_]+)\/([^/]+)\/badge\./.exec(url.pathname) ?? [];
  const name = normalizeName(spelling);
  if (name === undefined) {
    response.end(command(url));
    return;
  }
  response.writeHead(200, {
    'Content-Type': 'image/svg+xml; charset=utf-8',
    'Cache-Control': 'public, max-age=300',
    'X-Edge-TTL': (answerBadge(kind, name) / SCALE).toFixed(3),
    'X-Badge-Status': 'ok',
    Xkey: `project/${name} kind/${kind}`,
    ETag: `"${kind}/${name}"`,
  });
  response.end(PICTURE);
}).listen(Number(process.env['PORT']), '127.0.0.1');
