import { hash } from 'node:crypto';
import { parse } from 'node:querystring';
import type { Facts, Found } from '../../../cache/facts/contract.ts';
import type { DownloadSource } from '../../downloads/counts.ts';
import { type Series, seriesId } from '../../downloads/series.ts';
import { BadgeError, type Verdict } from '../../errors.ts';
import { normalizeName } from '../../facts/names.ts';
import { headersOfPage } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { sendResponse } from '../write.ts';
import { type Asked, type Endpoint, ENDPOINTS, recentData, SERIES, seriesData } from './answers.ts';
import { API_PAGE } from './page.ts';

const NOT_FOUND_SECONDS = 60;
const LEAST_SECONDS = 60;
const MOST_SECONDS = 86_400;
const PAGE_SECONDS = 3_600;
const PARAMETERS = ['period', 'mirrors', 'version', 'os'] as const;
const PATH = /^\/api\/packages\/([^/]+)\/([a-z_]+)$/;
const HTML = 'text/html; charset=utf-8';
/** There, the name of all projects together. */
const ALL = '__all__';

/** Answers everything under `/api/`; never rejects. */
export type SendApi = (ctx: BadgeContext) => Promise<void>;

export interface ApiOptions {
  readonly counts: DownloadSource;
  /** Undefined: nobody counts downloads by day. */
  readonly series: Pick<Facts<Series>, 'get'> | undefined;
  /** Charges the client for a request to a source; throws a `limited` error. */
  readonly charge: (ctx: BadgeContext) => void;
}

/** pypistats.org's JSON API: its paths, shapes, orders and errors (pypistats/views/api.py). */
export function createApi(options: ApiOptions): SendApi {
  return async (ctx) => {
    const { state } = ctx;
    state.kindId = 'api';
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return sendError(ctx, 405, 'invalid');
    if (ctx.path === '/api/') return sendKept(ctx, API_PAGE, HTML, PAGE_SECONDS);
    const [, name = '', endpoint = ''] = PATH.exec(ctx.path) ?? [];
    const project = readName(name);
    // There, an escaped slash is a slash.
    if (!isEndpoint(endpoint) || project.includes('/')) return sendNotFound(ctx);
    try {
      const found = await find(options, ctx, project, endpoint);
      send(ctx, found, { package: project, type: `${endpoint}_downloads` });
    } catch (error) {
      const isLimited = error instanceof BadgeError && error.code === 'limited';
      if (!isLimited) state.error = error;
      sendError(ctx, isLimited ? 429 : 500, isLimited ? 'limited' : 'error');
    }
  };
}

function isEndpoint(text: string): text is Endpoint {
  return ENDPOINTS.some((each) => each === text);
}

/** Its rule: dots and underscores are hyphens, and nothing else is changed. */
function readName(escaped: string): string {
  const name = decodeURIComponent(escaped);
  return name === ALL ? ALL : name.replace(/[._]/g, '-');
}

/** The data that is asked for; a value that is undefined is not found. */
type FoundData = Found<object | undefined> | undefined;

async function find(
  { counts, series, charge }: ApiOptions,
  ctx: BadgeContext,
  project: string,
  endpoint: Endpoint,
): Promise<FoundData> {
  const asked = readQuery(ctx.querystring);
  const admit = (): void => charge(ctx);
  const isName = normalizeName(project) === project;
  if (isName) ctx.state.project = project;
  if (endpoint === 'recent') {
    if (!isName && project !== ALL) return undefined;
    const found = isName ? await counts.get(project, false, admit) : await counts.ofAll();
    return found && withData(found, (value) => recentData(value, asked));
  }
  if (series === undefined || project === ALL) return undefined;
  const id = seriesId(project, SERIES[endpoint].breakdown);
  const found = isName ? await series.get(id, admit) : ofNobody();
  return withData(found, (value) => seriesData(endpoint, value, asked));
}

/** No project has such a name. */
function ofNobody(): Found<Series> {
  const nowMs = Date.now();
  const dueAtMs = nowMs + NOT_FOUND_SECONDS * 1000;
  const value = { through: '', counts: {} };
  return { state: 'fresh', value, fetchedAtMs: nowMs, dueAtMs, tier: 'memory' };
}

function withData<T>(found: Found<T>, dataOf: (value: T) => object | undefined): FoundData {
  if (found.state === 'absent' || found.state === 'unavailable') return found;
  return { ...found, value: dataOf(found.value) };
}

/** Reads the parameters of the API: the first of each, as Flask takes it. */
export function readQuery(query: string): Asked {
  const given = parse(query, '&', '=', { maxKeys: 0 });
  const parameters: Record<string, string> = {};
  for (const name of PARAMETERS) {
    const value = [given[name]].flat()[0];
    if (value !== undefined) parameters[name] = value;
  }
  return { parameters };
}

function send(ctx: BadgeContext, found: FoundData, about: object): void {
  const { state } = ctx;
  const tookMs = performance.now() - state.startedAtMs;
  if (found?.state === 'unavailable') {
    state.error = found.reason;
    return sendError(ctx, 503, 'unavailable');
  }
  if (found !== undefined) state.steps.push({ name: 'facts', tier: found.tier, tookMs });
  const data = found?.state === 'absent' ? undefined : found?.value;
  if (data === undefined || found === undefined || found.state === 'absent')
    return sendNotFound(ctx);
  state.verdict = found.state === 'fresh' ? 'ok' : 'stale';
  const seconds = Math.floor((found.dueAtMs - Date.now()) / 1000);
  const body = inAscii(`${JSON.stringify({ data, ...about })}\n`);
  sendKept(ctx, body, 'application/json', Math.min(Math.max(seconds, LEAST_SECONDS), MOST_SECONDS));
}

/** As Flask's `jsonify` writes JSON. */
function inAscii(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sendKept(ctx: BadgeContext, body: string, contentType: string, seconds: number): void {
  const etag = hash('sha256', body);
  const headers = headersOfPage({ verdict: ctx.state.verdict, keptSeconds: seconds, etag });
  sendResponse(ctx, { status: 200, headers, contentType, body });
}

function sendNotFound(ctx: BadgeContext): void {
  ctx.state.verdict = 'not-found';
  const kept = { keptSeconds: NOT_FOUND_SECONDS, etag: hash('sha256', '404') };
  const headers = headersOfPage({ verdict: 'not-found', ...kept });
  sendResponse(ctx, { status: 404, headers, contentType: HTML, body: '404' });
}

const BODIES = {
  405: '405',
  429: '<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>',
  500: '500',
  503: '503 TEMPORARILY DISABLED',
} as const;

function sendError(ctx: BadgeContext, status: keyof typeof BODIES, verdict: Verdict): void {
  ctx.state.verdict = verdict;
  const headers = { ...headersOfPage({ verdict }), ...(status === 405 && { Allow: 'GET, HEAD' }) };
  sendResponse(ctx, { status, headers, contentType: HTML, body: BODIES[status] });
}
