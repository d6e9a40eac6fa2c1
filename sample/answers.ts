import { textPage } from './error-pages.ts';
import type { Answer } from './exchange.ts';
import type { IndexEntry } from './index-entry.ts';
import { normalise, type Downloads } from './project.ts';
import type { Question } from './question.ts';

/** Finds the project of a normalised name. */
export type FindProject = (name: string) => IndexEntry | undefined;

const CORS_HEADERS = {
  'access-control-allow-headers':
    'Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-allow-methods': 'GET',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'X-PyPI-Last-Serial',
  'access-control-max-age': '86400',
};

/** In the order of Flask's sorted keys. */
const PERIODS = ['day', 'month', 'week'] as const;

/** What the service that the question is for says when all is well. */
export function answerHonestly(question: Question, findProject: FindProject): Answer {
  return question.api === 'pypi'
    ? answerAsPypi(question, findProject)
    : answerAsPypistats(question, findProject);
}

function answerAsPypi(question: Question, findProject: FindProject): Answer {
  const { name, release, hasTrailingSlash } = question;
  const normalised = normalise(name);
  if (name !== normalised || hasTrailingSlash) return redirectToNormalised(normalised, release);
  const entry = findProject(normalised);
  const page = release === undefined ? entry?.page() : entry?.releasePage(release);
  if (!page) {
    const headers = { ...CORS_HEADERS, 'content-type': 'application/json' };
    return { status: 404, headers, body: '{"message": "Not Found"}' };
  }
  const headers = { ...CORS_HEADERS, vary: 'Accept-Encoding', ...page.headers };
  return { status: 200, headers, body: page.body };
}

/** The CDN's own redirect: it does not ask whether the project exists. */
function redirectToNormalised(name: string, release: string | undefined): Answer {
  const path = [name, ...(release === undefined ? [] : [release])]
    .map(encodeURIComponent)
    .join('/');
  const headers = { location: `/pypi/${path}/json`, 'retry-after': '0' };
  const page = textPage(301, '<html><head><title>301 Moved Permanently</title></head></html>');
  return { ...page, headers: { ...page.headers, ...headers } };
}

/** pypistats.org (Flask): `.` and `_` are `-`, one by one, and capitals stay what they are. */
function answerAsPypistats({ name, query }: Question, findProject: FindProject): Answer {
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
