import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MemoryCache } from '../../cache/memory.ts';
import { type GiveAccount, requestIdOf } from './account.ts';
import type { Picture } from '../imaging/spec.ts';
import { bytesOfPicture } from '../pictures.ts';
import { holdsEtag } from './etag.ts';
import type { BadgeContext } from './state.ts';

/** How old an answer may be: short enough that nobody has to forget it, long enough for whatever everybody asks for. */
const REMEMBERED_MS = 1_000;
const MAX_URL_LENGTH = 1_024;
/** What the headers of an answer take, at the most. */
const HEADERS_BYTES = 4_096;

/** What belongs to one request, or to a body that 304 has not. */
const OF_ONE_REQUEST = new Set([
  'x-request-id',
  'server-timing',
  'x-cache',
  'content-length',
  'connection',
]);
const OF_THE_BODY = new Set(['content-type', 'content-length']);

/** A whole answer, as it was sent a moment ago. */
export interface RememberedAnswer {
  readonly untilMs: number;
  readonly path: string;
  readonly kindId: string;
  readonly format: string;
  readonly tiers: string;
  readonly etag: string;
  /** Names and values in turn, as Node takes them. */
  readonly headers: readonly string[];
  readonly headersWithoutBody: readonly string[];
  readonly body: Picture;
}

export interface RememberedAnswers {
  /** Answers from memory, before anything else looks at the request; false where that cannot be. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Keeps a good answer for a second; leaves all others alone. */
  readonly remember: (ctx: BadgeContext) => void;
}

export interface RememberedAnswersOptions {
  readonly memory: MemoryCache<RememberedAnswer>;
  readonly giveAccount: GiveAccount;
  readonly observe?: (outcome: 'hit' | 'miss') => void;
  readonly clock?: () => number;
}

/** The bytes that a remembered answer takes. */
export function bytesOfAnswer({ body }: RememberedAnswer): number {
  return HEADERS_BYTES + bytesOfPicture(body);
}

/**
 * Whole answers by URL, for a second: the picture that everybody asks for is found by one look into a map. An answer
 * tells its client no more than the application would have told it in that second.
 */
export function createRememberedAnswers(options: RememberedAnswersOptions): RememberedAnswers {
  const { memory, giveAccount, observe, clock = () => performance.now() } = options;

  const find = ({ method, url = '' }: IncomingMessage): RememberedAnswer | undefined => {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const answer = memory.get(url);
    return answer !== undefined && clock() < answer.untilMs ? answer : undefined;
  };

  return {
    answer(request, response) {
      const startedAtMs = performance.now();
      const answer = find(request);
      observe?.(answer === undefined ? 'miss' : 'hit');
      if (answer === undefined) return false;
      const isHeld = holdsEtag(request.headers['if-none-match'], answer.etag);
      const status = isHeld ? 304 : 200;
      const requestId = requestIdOf(request.headers['x-request-id']);
      const headers = isHeld ? answer.headersWithoutBody : answer.headers;
      response.writeHead(status, [...headers, 'X-Request-Id', requestId]);
      if (isHeld || request.method === 'HEAD') response.end();
      else response.end(answer.body);
      const { path, kindId, format, tiers } = answer;
      giveAccount({
        requestId,
        startedAtMs,
        method: request.method ?? 'GET',
        path,
        status,
        kindId,
        format,
        verdict: 'ok',
        tiers,
        isRepeat: true,
      });
      return true;
    },
    remember(ctx) {
      const { body, state, url } = ctx;
      const isGood = ctx.method === 'GET' && ctx.status === 200 && state.verdict === 'ok';
      if (
        !isGood ||
        url.length > MAX_URL_LENGTH ||
        !(Buffer.isBuffer(body) || typeof body === 'string')
      )
        return;
      memory.set(url, toRemembered(ctx, body, clock() + REMEMBERED_MS));
    },
  };
}

function toRemembered(ctx: BadgeContext, body: Picture, untilMs: number): RememberedAnswer {
  const { state, response } = ctx;
  const tiers = state.steps.map(({ name }) => `${name}=memory`).join(', ');
  const headers: string[] = [];
  const headersWithoutBody: string[] = [];
  const add = (name: string, value: string): void => {
    headers.push(name, value);
    if (!OF_THE_BODY.has(name)) headersWithoutBody.push(name, value);
  };
  for (const [name, value] of Object.entries(response.headers))
    if (!OF_ONE_REQUEST.has(name)) add(name, String(value));
  add('content-length', `${Buffer.byteLength(body)}`);
  if (tiers !== '') {
    add('x-cache', tiers);
    const timing = state.steps.map(({ name }) => `${name};desc="memory";dur=0.00`).join(', ');
    add('server-timing', timing);
  }
  return {
    untilMs,
    path: ctx.path,
    kindId: state.kindId,
    format: state.format,
    tiers,
    etag: response.get('ETag'),
    headers,
    headersWithoutBody,
    body,
  };
}
