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
import { type Asked, type Endpoint, ENDPOINTS, recentData, SERIES } from './answers.ts';
import { API_PAGE } from './page.ts';

const NOT_FOUND_SECONDS = 60;
const LEAST_SECONDS = 60;
const MOST_SECONDS = 86_400;
const PAGE_SECONDS = 3_600;
const PARAMETERS = ['period', 'mirrors', 'version', 'os'] as const;
const PATH = /^\/api\/packages\/([^/]+)\/([a-z_]+)$/;
const HTML = 'text/html; charset=utf-8';

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
    // Its rule: dots and underscores are hyphens, and nothing else is changed. What is still escaped is no name.
    const project = name.replace(/[._]/g, '-');
    if (!isEndpoint(endpoint) || normalizeName(project) !== project) return sendNotFound(ctx);
    state.project = project;
    try {
      await answer(options, ctx, project, endpoint);
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

async function answer(
  { counts, series, charge }: ApiOptions,
  ctx: BadgeContext,
  project: string,
  endpoint: Endpoint,
): Promise<void> {
  const asked = readQuery(ctx.querystring);
  const startedAtMs = performance.now();
  const note = (found: Found<unknown>): void => {
    const tier = found.state === 'unavailable' ? 'none' : found.tier;
    ctx.state.steps.push({ name: 'facts', tier, tookMs: performance.now() - startedAtMs });
  };
  if (endpoint === 'recent') {
    const found = await counts.get(project, false, () => charge(ctx));
    note(found);
    return send(ctx, found, project, endpoint, (value) => recentData(value, asked));
  }
  if (series === undefined) return sendNotFound(ctx);
  const { breakdown, points, only, needsDownloads } = SERIES[endpoint];
  const found = await series.get(seriesId(project, breakdown), () => charge(ctx));
  note(found);
  send(ctx, found, project, endpoint, (value) => {
    const category = only(asked);
    const data = points(value).filter(
      (point) => category === undefined || point.category === category,
    );
    return needsDownloads && data.length === 0 ? undefined : data;
  });
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

function send<T>(
  ctx: BadgeContext,
  found: Found<T>,
  project: string,
  endpoint: Endpoint,
  dataOf: (value: T) => object | undefined,
): void {
  if (found.state === 'unavailable') {
    ctx.state.error = found.reason;
    return sendError(ctx, 503, 'unavailable');
  }
  const data = found.state === 'absent' ? undefined : dataOf(found.value);
  if (data === undefined || found.state === 'absent') return sendNotFound(ctx);
  const body = `${JSON.stringify({ data, package: project, type: `${endpoint}_downloads` })}\n`;
  const seconds = Math.floor((found.dueAtMs - Date.now()) / 1000);
  ctx.state.verdict = found.state === 'fresh' ? 'ok' : 'stale';
  sendKept(ctx, body, 'application/json', Math.min(Math.max(seconds, LEAST_SECONDS), MOST_SECONDS));
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
  const headers = headersOfPage({ verdict });
  sendResponse(ctx, { status, headers, contentType: HTML, body: BODIES[status] });
}
