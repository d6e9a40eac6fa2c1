import { hash } from 'node:crypto';
import type { Verdict } from '../../errors.ts';
import { headersOfPage, matchesEtag, type PagePolicy } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { sendResponse } from '../write.ts';
import { chooseEncoding, compress, type Encoding } from './compress.ts';

/** A page, or another answer that is no badge. */
export interface Page {
  readonly status?: number;
  readonly verdict?: Verdict;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly caching?: PagePolicy['caching'];
  readonly retryAfterSeconds?: number | undefined;
  /** Compressed bodies by encoding, of a page that does not change. */
  readonly compressed?: Map<Encoding, Promise<Buffer | undefined>>;
}

export type Send = (ctx: BadgeContext) => Promise<void>;

export const HTML_TYPE = 'text/html; charset=utf-8';

/** Sends a page compressed as the client accepts it, or 304 if the client has it. */
export async function sendPage(ctx: BadgeContext, page: Page): Promise<void> {
  const { status = 200, verdict = 'ok', contentType, caching, retryAfterSeconds } = page;
  const isDocument = contentType === HTML_TYPE;
  ctx.state.kindId = 'page';
  ctx.state.verdict = verdict;
  const body = typeof page.body === 'string' ? Buffer.from(page.body) : page.body;
  const etag = hash('sha256', body);
  const headers = {
    ...headersOfPage({ verdict, retryAfterSeconds, caching, etag, isDocument }),
    Vary: 'Accept-Encoding',
  };
  const isMatch =
    caching !== undefined && matchesEtag(ctx.req.headers['if-none-match'], `"${etag}"`);
  if (status === 200 && isMatch)
    return sendResponse(ctx, { status: 304, headers, contentType, body: '' });
  const encoding = chooseEncoding(ctx.req.headers['accept-encoding']);
  const encoded = encoding && (await encode(page, body, encoding));
  sendResponse(ctx, {
    status,
    headers: encoded === undefined ? headers : { ...headers, 'Content-Encoding': encoding ?? '' },
    contentType,
    body: encoded ?? body,
  });
}

function encode(
  { compressed }: Page,
  body: Buffer,
  encoding: Encoding,
): Promise<Buffer | undefined> {
  if (compressed === undefined) return compress(body, encoding, false);
  const known = compressed.get(encoding) ?? compress(body, encoding, true);
  compressed.set(encoding, known);
  return known;
}
