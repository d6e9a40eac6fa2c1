import { hash } from 'node:crypto';
import { answerTags } from '../../edge/tags.ts';
import { BadgeError, type CacheClass, type Fault, FAULTS, type Verdict } from '../../errors.ts';
import { DrawingQueueFullError } from '../../imaging/imaging.ts';
import type { BadgeSpec, Format, Picture } from '../../imaging/spec.ts';
import type { Pictures } from '../../imaging/pictures.ts';
import { CONTENT_TYPES, headersOf, matchesEtag, worldSeconds } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { sendResponse } from '../write.ts';

/** A badge to send, and its origin. */
export interface Answer {
  readonly spec: BadgeSpec;
  readonly verdict: Verdict;
  readonly cacheClass: CacheClass;
  readonly source: 'pypi' | 'pypistats' | 'clickhouse' | 'static';
  readonly fault?: Fault;
  readonly fetchedAtMs?: number;
  readonly release?: string | undefined;
  readonly countsThrough?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly edgeSeconds?: number | undefined;
  /** The picture is drawn without charging the client. */
  readonly isFree?: boolean;
}

export type SendAnswer = (ctx: BadgeContext, answer: Answer) => Promise<void>;

/**
 * Sends a badge in the requested format. A client that has the picture gets 304 without drawing or reading it: the ETag
 * is a digest of the picture's input.
 */
export function createSendAnswer(pictures: Pictures, cacheSecondsCeiling: number): SendAnswer {
  const finish = (ctx: BadgeContext, answer: Answer, etag: string, body?: Picture): void => {
    const { state } = ctx;
    const { format } = state;
    state.verdict = answer.verdict;
    const cacheSeconds = cacheSecondsOf(ctx);
    state.sent = {
      status: body === undefined ? 304 : trueStatus(ctx, answer),
      headers: headersOf({
        ...answer,
        format,
        etag,
        cacheSeconds,
        tags: answerTags(state),
      }),
      contentType: CONTENT_TYPES[format],
      body: body ?? '',
    };
    sendResponse(ctx, state.sent);
  };

  const sendJson = (ctx: BadgeContext, answer: Answer): void => {
    const body = jsonOf(answer, ctx, worldSeconds(answer.cacheClass, cacheSecondsOf(ctx)));
    const etag = hash('sha256', body);
    finish(ctx, answer, etag, isNotModified(ctx, answer, etag) ? undefined : body);
  };

  const sendPicture = async (ctx: BadgeContext, answer: Answer, format: Format): Promise<void> => {
    const { parameters, charge, steps } = ctx.state;
    const scale = format === 'svg' ? 1 : (parameters.scale ?? 1);
    const request = { spec: answer.spec, format, scale };
    const digest = pictures.digest(request);
    if (isNotModified(ctx, answer, digest)) return finish(ctx, answer, digest);
    try {
      const startedAtMs = performance.now();
      const chargeDrawing = answer.isFree === true ? () => 0 : charge;
      const { picture, tier } = await pictures.get(request, digest, chargeDrawing);
      steps.push({ name: 'picture', tier, tookMs: performance.now() - startedAtMs });
      finish(ctx, answer, digest, picture);
    } catch (error) {
      // The picture of an error cannot be drawn either: send the spare.
      const code = error instanceof DrawingQueueFullError ? 'busy' : 'internal';
      const spare = answer.fault && pictures.spare(format, code);
      if (spare === undefined || error instanceof BadgeError) throw asBusy(error);
      const fault = FAULTS[code];
      finish(ctx, { ...answer, ...fault, fault }, spare.digest, spare.picture);
    }
  };

  const cacheSecondsOf = ({ state }: BadgeContext): number =>
    Math.min(state.parameters.cacheSeconds, cacheSecondsCeiling);

  return async (ctx, answer) => {
    const { format } = ctx.state;
    if (format === 'json') sendJson(ctx, answer);
    else await sendPicture(ctx, answer, format);
  };
}

/** Whether the client has this answer already: `If-None-Match` names its ETag. */
function isNotModified(ctx: BadgeContext, answer: Answer, etag: string): boolean {
  return (
    trueStatus(ctx, answer) === 200 && matchesEtag(ctx.req.headers['if-none-match'], `"${etag}"`)
  );
}

/** Returns 200 for pictures, because image proxies show no others; the true status for JSON and with `?strict=1`. */
function trueStatus({ state }: BadgeContext, { fault }: Answer): number {
  if (fault === undefined) return 200;
  const isTrue = state.format === 'json' || state.parameters.strict || fault.alwaysTrue === true;
  return isTrue ? fault.status : 200;
}

/** The badge in shields.io's endpoint schema, without further keys: its readers reject unknown ones. */
function jsonOf({ spec, fault }: Answer, { state }: BadgeContext, cacheSeconds: number): string {
  const { label, message, color, labelColor, style, logo } = spec;
  return JSON.stringify({
    schemaVersion: 1,
    label,
    // The schema's readers refuse an empty one.
    message: message === '' ? ' ' : message,
    color,
    ...(labelColor === undefined ? {} : { labelColor }),
    ...(fault === undefined ? {} : { isError: true }),
    ...logo?.json,
    ...(state.parameters.hasStyle ? { style } : {}),
    cacheSeconds,
  });
}

function asBusy(error: unknown): unknown {
  if (!(error instanceof DrawingQueueFullError)) return error;
  return new BadgeError('busy', 'the drawing queue is full', { cause: error });
}
