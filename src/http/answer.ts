import { hash } from 'node:crypto';
import { BadgeError, type CacheClass, type Fault, type Verdict } from '../errors.ts';
import { DrawingQueueFullError } from '../imaging/imaging.ts';
import type { BadgeSpec } from '../imaging/spec.ts';
import type { Pictures, PictureWish } from '../pictures.ts';
import { holdsEtag } from './etag.ts';
import { worldSeconds, writeHeaders } from './headers.ts';
import type { BadgeContext } from './state.ts';

/** What is to be answered: a badge, and what there is to know about how it came about. */
export interface Answer {
  readonly spec: BadgeSpec;
  readonly verdict: Verdict;
  readonly cacheClass: CacheClass;
  readonly source: 'pypi' | 'pypistats' | 'static';
  readonly fault?: Fault;
  readonly fetchedAtMs?: number;
  readonly release?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Called before a raster picture is drawn; throws to refuse it. */
  readonly admit: () => void;
}

export type SendAnswer = (ctx: BadgeContext, answer: Answer) => Promise<void>;

/**
 * Sends a badge in the format that was asked for. A client that holds the picture already gets 304, and nothing is
 * drawn or read for it: the ETag is the digest of what the picture shows.
 */
export function createSendAnswer(pictures: Pictures, cacheSecondsCeiling: number): SendAnswer {
  const prepare = (ctx: BadgeContext, answer: Answer, etag: string): void => {
    const { state } = ctx;
    state.verdict = answer.verdict;
    ctx.status = trueStatus(ctx, answer);
    writeHeaders(ctx, {
      ...answer,
      etag,
      format: state.format,
      cacheSeconds: Math.min(state.parameters.cacheSeconds, cacheSecondsCeiling),
      tags: tagsOf(ctx),
    });
  };

  const sendPicture = async (
    ctx: BadgeContext,
    answer: Answer,
    wish: PictureWish,
  ): Promise<void> => {
    const digest = pictures.digest(wish);
    prepare(ctx, answer, digest);
    if (isHeld(ctx)) {
      ctx.status = 304;
      return;
    }
    const startedAtMs = performance.now();
    const { bytes, tier } = await pictures.get(wish, digest, answer.admit).catch(asBusy);
    ctx.state.steps.push({ name: 'picture', tier, tookMs: performance.now() - startedAtMs });
    ctx.body = bytes;
  };

  return async (ctx, answer) => {
    const { format, parameters } = ctx.state;
    if (format === 'json') {
      const body = twin(answer, ctx, cacheSecondsCeiling);
      prepare(ctx, answer, hash('sha256', body));
      if (isHeld(ctx)) ctx.status = 304;
      else ctx.body = body;
    } else {
      await sendPicture(ctx, answer, {
        spec: answer.spec,
        format,
        scale: format === 'svg' ? 1 : parameters.scale,
      });
    }
    writeSteps(ctx);
  };
}

/** Whether the client holds the answer already: a good one, whose ETag it names. */
function isHeld(ctx: BadgeContext): boolean {
  return (
    ctx.status === 200 && holdsEtag(ctx.req.headers['if-none-match'], ctx.response.get('ETag'))
  );
}

/** 200 for pictures, so that an image proxy shows them; the truth for machines and for `?strict=1`. */
function trueStatus({ state }: BadgeContext, { fault }: Answer): number {
  if (fault === undefined) return 200;
  const isTrue = state.format === 'json' || state.parameters.strict || fault.alwaysTrue === true;
  return isTrue ? fault.status : 200;
}

function tagsOf({ state }: BadgeContext): string {
  const kind = `kind/${state.kindId}`;
  return state.project === undefined ? kind : `project/${state.project} ${kind}`;
}

/** shields.io's endpoint schema and nothing else, since its readers reject keys they do not know. */
function twin(
  { spec, fault, cacheClass }: Answer,
  { state }: BadgeContext,
  cacheSecondsCeiling: number,
): string {
  const { label, message, color, labelColor, style } = spec;
  return JSON.stringify({
    schemaVersion: 1,
    label,
    message,
    color,
    ...(labelColor === undefined ? {} : { labelColor }),
    ...(fault === undefined ? {} : { isError: true }),
    ...(state.parameters.hasStyle ? { style } : {}),
    cacheSeconds: worldSeconds(
      cacheClass,
      Math.min(state.parameters.cacheSeconds, cacheSecondsCeiling),
    ),
  });
}

function asBusy(error: unknown): never {
  throw error instanceof DrawingQueueFullError
    ? new BadgeError('busy', 'too many pictures wait', { cause: error })
    : error;
}

/** Tells which tier answered, and how long it took. */
function writeSteps(ctx: BadgeContext): void {
  const { steps } = ctx.state;
  if (steps.length === 0) return;
  ctx.set('X-Cache', steps.map(({ name, tier }) => `${name}=${tier}`).join(', '));
  ctx.set(
    'Server-Timing',
    steps
      .map(({ name, tier, tookMs }) => `${name};desc="${tier}";dur=${tookMs.toFixed(2)}`)
      .join(', '),
  );
}
