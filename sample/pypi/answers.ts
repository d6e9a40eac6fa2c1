import { textPage, type Answer } from '../exchange.ts';
import { normalize } from '../projects/project.ts';
import type { PypiRoute, SimpleRoute } from '../routes.ts';
import { CORS_HEADERS, type IndexEntry, SIMPLE_TYPE } from './pages.ts';

/** Finds a project by its normalized name. */
export type FindProject = (name: string) => IndexEntry | undefined;

/**
 * Returns PyPI's answer: the redirect of its CDN to the normalized name, the page, or a 404. The last two go through `pass`,
 * the cache of the CDN.
 */
export function answerAsPypi(
  { project, release, hasTrailingSlash }: PypiRoute,
  findProject: FindProject,
  pass: (key: string, current: Answer) => Answer,
): Answer {
  const name = normalize(project);
  // The CDN redirects without asking whether the project exists.
  if (project !== name || hasTrailingSlash) return redirect(name, release);
  const entry = findProject(name);
  const page = release === undefined ? entry?.page() : entry?.releasePage(release);
  const answer = page
    ? { status: 200, headers: { vary: 'Accept-Encoding', ...page.headers }, body: page.body }
    : {
        status: 404,
        headers: { 'content-type': 'application/json' },
        body: '{"message": "Not Found"}',
      };
  const headers = { ...CORS_HEADERS, ...answer.headers };
  return pass(`${name}/${release ?? ''}`, { ...answer, headers });
}

/**
 * Returns the Simple API's answer: a redirect to the normalized name with a slash, the page in the format that the client
 * accepts, or a 404. The last two go through `pass`, the cache of the CDN.
 */
export function answerAsSimple(
  { project, hasTrailingSlash }: SimpleRoute,
  accept: string,
  findProject: FindProject,
  pass: (key: string, current: Answer) => Answer,
): Answer {
  const name = normalize(project);
  if (project !== name || !hasTrailingSlash)
    return redirectTo(`/simple/${encodeURIComponent(name)}/`);
  const isJson = accept.includes(SIMPLE_TYPE);
  const page = findProject(name)?.simplePage(isJson);
  const answer = page
    ? { status: 200, headers: { vary: 'Accept', ...page.headers }, body: page.body }
    : textPage(404, '404 Not Found');
  return pass(`simple/${name}/${isJson ? 'json' : 'html'}`, answer);
}

function redirect(name: string, release: string | undefined): Answer {
  const segments = release === undefined ? [name] : [name, release];
  return redirectTo(`/pypi/${segments.map(encodeURIComponent).join('/')}/json`);
}

function redirectTo(location: string): Answer {
  const page = textPage(301, '<html><head><title>301 Moved Permanently</title></head></html>');
  return { ...page, headers: { ...page.headers, location, 'retry-after': '0' } };
}

/**
 * Returns pypistats.org's answer to `/api/packages/<name>/recent`. The name is not normalized: each `.` or `_` becomes a
 * `-`, and capitals stay.
 */
export function answerAsPypistats(project: string, findProject: FindProject): Answer {
  const name = project.replace(/[._]/g, '-');
  const downloads = findProject(name)?.downloads;
  if (!downloads) return textPage(404, '404');
  const { day: last_day, month: last_month, week: last_week } = downloads;
  const document = {
    data: { last_day, last_month, last_week },
    package: name,
    type: 'recent_downloads',
  };
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: `${JSON.stringify(document)}\n` };
}
