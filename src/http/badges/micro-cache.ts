import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { MemoryCache } from '../../../cache/memory.ts';
import { bytesOfPicture } from '../../imaging/pictures.ts';
import type { GiveAccount, RequestIdOf } from '../access-log.ts';
import { holdsEtag } from '../etag.ts';
import { type BadgeState, tiersOf, type WholeAnswer } from '../state.ts';
import { stepHeaders, writeAnswer } from '../write.ts';

/** How old an answer may be: short enough that nobody has to forget it, long enough for whatever everybody asks for. */
const REMEMBERED_MS = 1_000;
const MAX_URL_LENGTH = 1_024;
/** What the headers of an answer take, at the most. */
const HEADERS_BYTES = 4_096;
/** So many URLs, each of them once, may come in between before the second time that one comes is a first time. */
const MAX_ONCE = 1_000;

/** A whole answer, as it was sent a moment ago. */
export interface RememberedAnswer {
  readonly untilMs: number;
  readonly path: string;
  readonly kindId: string;
  readonly format: string;
  readonly tiers: string;
  readonly answer: WholeAnswer;
}

export interface RememberedAnswers {
  /** Answers from memory, before anything else looks at the request; false where that cannot be. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /**
   * Keeps a good answer for a second, where its URL comes the second time within one; leaves all others alone. Behind an
   * edge hardly any URL does.
   */
  readonly remember: (url: string, path: string, state: BadgeState) => void;
}

export interface RememberedAnswersOptions {
  readonly memory: MemoryCache<RememberedAnswer>;
  readonly giveAccount: GiveAccount;
  readonly requestIdOf: RequestIdOf;
  readonly observe?: (outcome: 'hit' | 'miss') => void;
  readonly clock?: () => number;
}

/** The bytes that a remembered answer takes. */
export function bytesOfAnswer({ answer }: RememberedAnswer): number {
  return HEADERS_BYTES + bytesOfPicture(answer.body);
}

/**
 * Whole answers by URL, for a second: the picture that everybody asks for is found by one look into a map. An answer
 * tells its client no more than the application would have told it in that second.
 */
export function createRememberedAnswers(options: RememberedAnswersOptions): RememberedAnswers {
  const { memory, giveAccount, requestIdOf, observe, clock = () => performance.now() } = options;
  /** When URLs were asked for, the latest ones. */
  const askedAtMs = new LRUCache<string, number>({ max: MAX_ONCE });

  const find = ({ method, url = '' }: IncomingMessage): RememberedAnswer | undefined => {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const held = memory.get(url);
    return held !== undefined && clock() < held.untilMs ? held : undefined;
  };

  return {
    answer(request, response) {
      const startedAtMs = performance.now();
      const held = find(request);
      observe?.(held === undefined ? 'miss' : 'hit');
      if (held === undefined) return false;
      const { answer, ...others } = held;
      const requestId = requestIdOf(request);
      const isHeld = holdsEtag(request.headers['if-none-match'], answer.headers['ETag'] ?? '');
      const status = isHeld ? 304 : 200;
      const headers = { ...answer.headers, 'X-Request-Id': requestId };
      writeAnswer(request, response, { ...answer, status, headers });
      giveAccount({
        ...others,
        requestId,
        startedAtMs,
        method: request.method ?? 'GET',
        status,
        verdict: 'ok',
        isRepeat: true,
      });
      return true;
    },
    remember(url, path, { sent, verdict, kindId, format, steps }) {
      if (sent?.status !== 200 || verdict !== 'ok' || url.length > MAX_URL_LENGTH) return;
      const nowMs = clock();
      const before = askedAtMs.get(url) ?? -Infinity;
      askedAtMs.set(url, nowMs);
      if (nowMs - before > REMEMBERED_MS) return;
      const untilMs = nowMs + REMEMBERED_MS;
      const now = steps.map(({ name }) => ({ name, tier: 'memory', tookMs: 0 }));
      const headers = { ...sent.headers, ...stepHeaders(now) };
      memory.set(url, {
        untilMs,
        path,
        kindId,
        format,
        tiers: tiersOf(now),
        answer: { ...sent, headers },
      });
    },
  };
}
