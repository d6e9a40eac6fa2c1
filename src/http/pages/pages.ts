import { loadOnce } from '../../../cache/load-once.ts';
import { readSlugs } from '../../logos/icons.ts';
import { createCatalog } from '../../pages/catalog.ts';
import { renderDocs } from '../../pages/docs.ts';
import { renderFailure } from '../../pages/failure.ts';
import { renderHome } from '../../pages/home.ts';
import { renderLlms } from '../../pages/llms.ts';
import { createOpenApi } from '../../pages/openapi.ts';
import { renderStatus } from '../../pages/status.ts';
import { BadgeError } from '../../errors.ts';
import { CONTENT_TYPES } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { readAssets } from './assets.ts';
import { HTML_TYPE, type Page, sendPage } from './send-page.ts';
import type { StatusReport } from './status.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';
/** The edge's name for the API, which is none of a site. */
const EDGE_HOST = 'pypins';
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i;

type Body = string | Buffer;

export type Send = (ctx: BadgeContext) => Promise<void>;

/** What answers requests for pages. */
export interface Pages {
  /** Path → its answer. */
  readonly byPath: ReadonlyMap<string, Send>;
  /** Answers `/assets/<digest>/<name>`. */
  readonly asset: Send;
  readonly failure: (ctx: BadgeContext, error: BadgeError) => Promise<void>;
}

export interface PagesOptions {
  readonly version: string;
  /** Where badges are served; empty if unknown. */
  readonly publicUrl: string;
  readonly status: () => StatusReport;
}

/** Creates the pages. Their files are read here, and compressed when first requested. */
export function createPages({ version, publicUrl, status }: PagesOptions): Pages {
  const assets = readAssets();
  const { urlOf: assetUrl, modules } = assets;
  const catalog = createCatalog();
  const json = (data: unknown): string => `${JSON.stringify(data)}\n`;
  const lasting = (contentType: string, render: () => Body | Promise<Body>): Send => {
    const open = loadOnce(async (): Promise<Page> => {
      return { contentType, body: await render(), caching: 'page', compressed: new Map() };
    });
    return async (ctx) => send(ctx, await open());
  };
  const file = (name: string): Send =>
    lasting(assets.find(name)?.contentType ?? TEXT_TYPE, () => assets.find(name)?.body ?? '');
  const files = new Map<string, Page>();
  const logos = lasting(CONTENT_TYPES.json, async () => json(await readSlugs()));

  return {
    byPath: new Map<string, Send>([
      [
        '/',
        (ctx) => {
          const origin = publicUrl || originOf(ctx);
          const body = renderHome({ catalog, assetUrl, modules, query: ctx.querystring, origin });
          return send(ctx, { contentType: HTML_TYPE, body, caching: 'page' });
        },
      ],
      ['/docs', lasting(HTML_TYPE, () => renderDocs(assetUrl))],
      ['/llms.txt', lasting(TEXT_TYPE, renderLlms)],
      ['/openapi.json', lasting(CONTENT_TYPES.json, () => json(createOpenApi(version)))],
      ['/robots.txt', lasting(TEXT_TYPE, () => 'User-agent: *\nAllow: /\n')],
      ['/favicon.ico', file('favicon.ico')],
      [
        '/status',
        (ctx) =>
          send(ctx, {
            contentType: HTML_TYPE,
            body: renderStatus(status(), assetUrl),
            caching: 'status',
          }),
      ],
      [
        '/status.json',
        (ctx) =>
          send(ctx, { contentType: CONTENT_TYPES.json, body: json(status()), caching: 'status' }),
      ],
    ]),
    asset(ctx) {
      const [, , digest = '', ...parts] = ctx.path.split('/');
      const name = parts.join('/');
      if (name === 'logos.json') return logos(ctx);
      const asset = assets.find(name);
      if (asset === undefined) throw new BadgeError('no-badge', 'no such asset');
      // During an update, another version's page may ask for this version's file.
      if (digest !== assets.digest) return send(ctx, { ...asset, caching: 'page' });
      const page = files.get(name) ?? { ...asset, caching: 'asset', compressed: new Map() };
      files.set(name, page);
      return send(ctx, page);
    },
    failure(ctx, error) {
      const { status: code, verdict } = error.fault;
      const { retryAfterSeconds } = error;
      const isJson = /^\/api\/|\.json$/.test(ctx.path);
      const failure = { status: code, verdict, retryAfterSeconds };
      return isJson
        ? send(ctx, {
            ...failure,
            contentType: CONTENT_TYPES.json,
            body: json({ error: wordsOf(error) }),
          })
        : send(ctx, {
            ...failure,
            contentType: HTML_TYPE,
            body: renderFailure(wordsOf(error), assetUrl),
          });
    },
  };
}

function send(ctx: BadgeContext, page: Page): Promise<void> {
  ctx.state.kindId = 'page';
  return sendPage(ctx, page);
}

function wordsOf({ code, fault }: BadgeError): string {
  return code === 'no-badge' ? 'page not found' : fault.message;
}

/** The origin by which a client addresses the service; empty behind the edge, whose answers many clients share. */
function originOf({ host, protocol }: BadgeContext): string {
  return host === EDGE_HOST || !HOST.test(host) ? '' : `${protocol}://${host}`;
}
