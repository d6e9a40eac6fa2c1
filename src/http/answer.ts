import { hash } from 'node:crypto';
import { BadgeError, type CacheClass, type Fault, FAULTS, type Verdict } from '../errors.ts';
import { DrawingQueueFullError } from '../imaging/imaging.ts';
import type { BadgeSpec, Format, Picture } from '../imaging/spec.ts';
import type { Drawn, Pictures } from '../pictures.ts';
import { holdsEtag } from './etag.ts';
import { CONTENT_TYPES, headersOf, worldSeconds } from './headers.ts';
import type { BadgeContext } from './state.ts';
import { writeFor } from './write.ts';

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
  readonly edgeSeconds?: number | undefined;
  /** The picture is drawn whatever the client has asked for before. */
  readonly isFree?: boolean;
}

export type SendAnswer = (ctx: BadgeContext, answer: Answer) => Promise<void>;

/**
 * Sends a badge in the format that was asked for. A client that holds the picture already gets 304, and nothing is
 * drawn or read for it: the ETag is the digest of what the picture shows.
 */
export function createSendAnswer(pictures: Pictures, cacheSecondsCeiling: number): SendAnswer {
  const finish = (ctx: BadgeContext, answer: Answer, etag: string, body?: Picture): void => {
    const { state } = ctx;
    const { format } = state;
    state.verdict = answer.verdict;
    const cacheSeconds = cacheSecondsOf(ctx);
    state.sent = {
      status: body === undefined ? 304 : trueStatus(ctx, answer),
      headers: headersOf({ ...answer, format, etag, cacheSeconds, tags: tagsOf(ctx) }),
      contentType: CONTENT_TYPES[format],
      body: body ?? '',
    };
    writeFor(ctx, state.sent);
  };

  const sendTwin = (ctx: BadgeContext, answer: Answer): void => {
    const body = twin(answer, ctx, worldSeconds(answer.cacheClass, cacheSecondsOf(ctx)));
    const etag = hash('sha256', body);
    finish(ctx, answer, etag, isHeld(ctx, answer, etag) ? undefined : body);
  };

  const sendSvg = (ctx: BadgeContext, answer: Answer): void => {
    const { spec } = answer;
    const digest = pictures.digest({ spec, format: 'svg', scale: 1 });
    if (isHeld(ctx, answer, digest)) return finish(ctx, answer, digest);
    const startedAtMs = performance.now();
    finish(ctx, answer, digest, noteStep(ctx, pictures.svg(spec, digest), startedAtMs));
  };

  const sendRaster = async (ctx: BadgeContext, answer: Answer, format: Format): Promise<void> => {
    const { parameters, charge } = ctx.state;
    const wish = { spec: answer.spec, format, scale: parameters.scale };
    const digest = pictures.digest(wish);
    if (isHeld(ctx, answer, digest)) return finish(ctx, answer, digest);
    try {
      const startedAtMs = performance.now();
      const drawn = await pictures.get(wish, digest, answer.isFree === true ? () => 0 : charge);
      finish(ctx, answer, digest, noteStep(ctx, drawn, startedAtMs));
    } catch (error) {
      // A fault whose own picture cannot be drawn either: here the chain of faults ends.
      const spare = answer.fault && pictures.spare(format);
      if (spare === undefined || error instanceof BadgeError) throw asBusy(error);
      finish(ctx, { ...answer, ...FAULTS.busy, fault: FAULTS.busy }, spare.digest, spare.picture);
    }
  };

  const cacheSecondsOf = ({ state }: BadgeContext): number =>
    Math.min(state.parameters.cacheSeconds, cacheSecondsCeiling);

  return async (ctx, answer) => {
    const { format } = ctx.state;
    if (format === 'json') sendTwin(ctx, answer);
    else if (format === 'svg') sendSvg(ctx, answer);
    else await sendRaster(ctx, answer, format);
  };
}

function noteStep({ state }: BadgeContext, { picture, tier }: Drawn, startedAtMs: number): Picture {
  state.steps.push({ name: 'picture', tier, tookMs: performance.now() - startedAtMs });
  return picture;
}

/** Whether the client holds a good answer already: one whose ETag it names. */
function isHeld(ctx: BadgeContext, answer: Answer, etag: string): boolean {
  return (
    trueStatus(ctx, answer) === 200 && holdsEtag(ctx.req.headers['if-none-match'], `"${etag}"`)
  );
}

/** 200 for pictures, so that an image proxy shows them; the truth for machines and for `?strict=1`. */
function trueStatus({ state }: BadgeContext, { fault }: Answer): number {
  if (fault === undefined) return 200;
  const isTrue = state.format === 'json' || state.parameters.strict || fault.alwaysTrue === true;
  return isTrue ? fault.status : 200;
}

function tagsOf({ state }: BadgeContext): string {
  const { kindId, project } = state;
  if (project === undefined) return `kind/${kindId}`;
  return `project/${project} kind/${kindId} project/${project}/${kindId}`;
}

/** shields.io's endpoint schema and nothing else, since its readers reject keys they do not know. */
function twin({ spec, fault }: Answer, { state }: BadgeContext, cacheSeconds: number): string {
  const { label, message, color, labelColor, style } = spec;
  return JSON.stringify({
    schemaVersion: 1,
    label,
    message,
    color,
    ...(labelColor === undefined ? {} : { labelColor }),
    ...(fault === undefined ? {} : { isError: true }),
    ...(state.parameters.hasStyle ? { style } : {}),
    cacheSeconds,
  });
}

function asBusy(error: unknown): unknown {
  if (!(error instanceof DrawingQueueFullError)) return error;
  return new BadgeError('busy', 'too many pictures wait', { cause: error });
}
