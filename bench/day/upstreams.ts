import type { UpstreamAnswer, UpstreamClient } from '../../src/upstream/client.ts';

const MINUTE_MS = 60_000;
/** For so long after a release PyPI's CDN may answer once with what was before, and fetch the new page behind it. */
const OLD_MS = 60_000;

/** What the upstreams were asked. */
export interface Asked {
  pypi: number;
  /** Of these, to the Simple API. */
  simple: number;
  /** Of all, answered with 304. */
  unchanged: number;
  pypistats: number;
  pypistatsInAnyMinute: number;
  /** Between two requests to PyPI's JSON API for the same project, those of the follower aside. */
  leastSecondsApart: number;
}

/** PyPI and pypistats.org, which answer at once, and count. */
export interface Upstreams {
  readonly pypi: UpstreamClient;
  readonly pypistats: UpstreamClient;
  /** Of the project: a new release. */
  readonly publish: (project: string) => void;
  /** How many releases there have been, and when the last one came. */
  readonly truth: (project: string) => { readonly release: number; readonly atMs: number };
  /** Does the work, whose requests are the follower's. */
  readonly byFollower: <T>(work: () => Promise<T>) => Promise<T>;
  /** Forgets what was counted. */
  readonly beginCounting: () => void;
  readonly asked: () => Readonly<Asked>;
}

interface Page {
  release: number;
  atMs: number;
  /** What PyPI's CDN has. */
  shown: number;
  readAtMs: number;
}

export function createUpstreams(clock: () => number): Upstreams {
  const pages = new Map<string, Page>();
  let asked = nothingAsked();
  let isFollower = false;
  const pageOf = (project: string): Page => {
    const known = pages.get(project);
    if (known !== undefined) return known;
    const page = { release: 1, atMs: 0, shown: 1, readAtMs: -Infinity };
    pages.set(project, page);
    return page;
  };

  const askPypi = (path: string, etag: string | undefined): UpstreamAnswer => {
    const page = pageOf(path.split('/')[2] ?? '');
    if (path.startsWith('/simple/')) return askSimple(page, etag);
    const nowMs = clock();
    const release = nowMs - page.atMs < OLD_MS ? page.shown : page.release;
    page.shown = page.release;
    asked.pypi += 1;
    if (!isFollower) {
      const apart = (nowMs - page.readAtMs) / 1000;
      asked.leastSecondsApart = Math.min(asked.leastSecondsApart, apart);
      page.readAtMs = nowMs;
    }
    if (etag !== `"${release}"`) return projectPage(release);
    asked.unchanged += 1;
    return { status: 304 };
  };

  /** Installers ask for this page all the time, so the CDN has the new one at once. */
  const askSimple = ({ release }: Page, etag: string | undefined): UpstreamAnswer => {
    asked.pypi += 1;
    asked.simple += 1;
    if (etag !== `"${release}"`)
      return ok({ meta: { '_last-serial': release }, versions: [`${release}`] }, `"${release}"`);
    asked.unchanged += 1;
    return { status: 304 };
  };

  return {
    pypi: clientOf(askPypi),
    pypistats: clientOf(countPypistats(() => asked, clock)),
    publish(project) {
      const page = pageOf(project);
      page.release += 1;
      page.atMs = clock();
    },
    truth: pageOf,
    async byFollower(work) {
      isFollower = true;
      try {
        return await work();
      } finally {
        isFollower = false;
      }
    },
    beginCounting: () => void (asked = nothingAsked()),
    asked: () => asked,
  };
}

/** Answers as pypistats.org, and counts the requests of each minute. */
function countPypistats(asked: () => Asked, clock: () => number): () => UpstreamAnswer {
  const lately: number[] = [];
  return () => {
    const nowMs = clock();
    lately.push(nowMs);
    while ((lately[0] ?? nowMs) <= nowMs - MINUTE_MS) lately.shift();
    const counts = asked();
    counts.pypistats += 1;
    counts.pypistatsInAnyMinute = Math.max(counts.pypistatsInAnyMinute, lately.length);
    return ok({ data: { last_day: 1, last_week: 7, last_month: 30 } });
  };
}

function nothingAsked(): Asked {
  return {
    pypi: 0,
    simple: 0,
    unchanged: 0,
    pypistats: 0,
    pypistatsInAnyMinute: 0,
    leastSecondsApart: Infinity,
  };
}

function clientOf(
  answer: (path: string, etag: string | undefined) => UpstreamAnswer,
): UpstreamClient {
  return {
    get: ({ path, etag }) => Promise.resolve(answer(path, etag)),
    close: () => Promise.resolve(),
  };
}

function projectPage(release: number): UpstreamAnswer {
  const info = { version: `${release}`, license: 'MIT', classifiers: [] };
  return ok({ info, urls: [{ packagetype: 'sdist' }], last_serial: release }, `"${release}"`);
}

function ok(body: unknown, etag?: string): UpstreamAnswer {
  return { status: 200, body: JSON.stringify(body), etag, header: () => undefined };
}
