import { CORS_HEADERS } from './cors-headers.ts';
import { textPage } from '../faults/error-pages.ts';
import type { Answer } from '../exchange.ts';
import type { IndexEntry } from './pages.ts';
import { normalize, type Downloads } from '../projects/project.ts';
import type { PypiQuestion, PypistatsQuestion } from '../routes.ts';

/** Finds the project of a normalized name. */
export type FindProject = (name: string) => IndexEntry | undefined;

/** In the order of Flask's sorted keys. */
const PERIODS = ['day', 'month', 'week'] as const;

/**
 * What PyPI says: its CDN's redirect to the normalized name, the page, or that there is none. `pass` takes the latter two
 * through the CDN's cache.
 */
export function answerAsPypi(
  { name, release, hasTrailingSlash }: PypiQuestion,
  findProject: FindProject,
  pass: (key: string, current: Answer) => Answer,
): Answer {
  const normalized = normalize(name);
  if (name !== normalized || hasTrailingSlash) return redirectToNormalized(normalized, release);
  const key = `${normalized}/${release ?? ''}`;
  return pass(key, answerPage(findProject(normalized), release));
}

function answerPage(entry: IndexEntry | undefined, release: string | undefined): Answer {
  const page = release === undefined ? entry?.page() : entry?.releasePage(release);
  if (!page) {
    const headers = { ...CORS_HEADERS, 'content-type': 'application/json' };
    return { status: 404, headers, body: '{"message": "Not Found"}' };
  }
  const headers = { ...CORS_HEADERS, vary: 'Accept-Encoding', ...page.headers };
  return { status: 200, headers, body: page.body };
}

/** The CDN's own redirect: it does not ask whether the project exists. */
function redirectToNormalized(name: string, release: string | undefined): Answer {
  const path = [name, ...(release === undefined ? [] : [release])]
    .map(encodeURIComponent)
    .join('/');
  const headers = { location: `/pypi/${path}/json`, 'retry-after': '0' };
  const page = textPage(301, '<html><head><title>301 Moved Permanently</title></head></html>');
  return { ...page, headers: { ...page.headers, ...headers } };
}

/** pypistats.org (Flask): `.` and `_` are `-`, one by one, and capitals stay what they are. */
export function answerAsPypistats(
  { name, query }: PypistatsQuestion,
  findProject: FindProject,
): Answer {
  const stored = name.replace(/[._]/g, '-');
  const downloads = findProject(stored)?.downloads;
  const period = query.get('period');
  const wanted = PERIODS.filter((each) => period === null || each === period);
  if (!downloads || wanted.length === 0) return textPage(404, '404');
  const body = { data: countsOf(downloads, wanted), package: stored, type: 'recent_downloads' };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(body)}\n`,
  };
}

function countsOf(downloads: Downloads, periods: readonly (keyof Downloads)[]) {
  return Object.fromEntries(periods.map((period) => [`last_${period}`, downloads[period]]));
}
