import { loadOnce } from '../../../cache/load-once.ts';
import { servedWith } from '../../badges/catalog.ts';
import type { BadgeError } from '../../errors.ts';
import { readSlugs } from '../../logos/icons.ts';
import { createCatalog } from '../../pages/catalog.ts';
import { renderDocs } from '../../pages/docs.ts';
import { renderFailure } from '../../pages/failure.ts';
import { renderHome } from '../../pages/home.ts';
import { renderLlms } from '../../pages/llms.ts';
import { createOpenApi } from '../../pages/openapi.ts';
import { renderStatus } from '../../pages/status.ts';
import { CONTENT_TYPES, type PagePolicy } from '../headers.ts';
import type { BadgeContext } from '../state.ts';
import { createSendAsset } from './send-asset.ts';
import { readAssets } from './assets.ts';
import { HTML_TYPE, type Page, type Send, sendPage } from './send-page.ts';
import type { StatusReport } from './status.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';
/** The edge's name for the API, which is none of a site. */
const EDGE_HOST = 'pypins';
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

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
  /** Whether all downloads are known, beside those of the last month. */
  readonly hasTotals: boolean;
  readonly status: () => Promise<StatusReport>;
}

/** Creates the pages. Their files are read here, and compressed when first requested. */
export function createPages({ version, publicUrl, hasTotals, status }: PagesOptions): Pages {
  const assets = readAssets();
  const { urlOf: assetUrl, modules } = assets;
  const served = servedWith(hasTotals);
  const catalog = createCatalog(served);
  const home = (ctx: BadgeContext): string => {
    // What the form says is read and rendered for this client.
    if (ctx.querystring !== '') ctx.state.charge();
    const origin = publicUrl || originOf(ctx);
    return renderHome({ catalog, assetUrl, modules, query: ctx.querystring, origin });
  };
  const icon = assets.find('favicon.ico');
  return {
    byPath: new Map<string, Send>([
      ['/', fresh(HTML_TYPE, 'page', home)],
      ['/docs', lasting(HTML_TYPE, () => renderDocs(assetUrl, served))],
      ['/llms.txt', lasting(TEXT_TYPE, () => renderLlms(served))],
      ['/openapi.json', lasting(CONTENT_TYPES.json, () => json(createOpenApi(version, served)))],
      ['/robots.txt', lasting(TEXT_TYPE, () => 'User-agent: *\nAllow: /\n')],
      ['/favicon.ico', lasting(icon?.contentType ?? '', () => icon?.body ?? '')],
      ['/status', fresh(HTML_TYPE, 'status', async () => renderStatus(await status(), assetUrl))],
      ['/status.json', fresh(CONTENT_TYPES.json, 'status', async () => json(await status()))],
    ]),
    asset: createSendAsset(
      assets,
      lasting(CONTENT_TYPES.json, async () => json(await readSlugs())),
    ),
    failure(ctx, error) {
      const { code, fault, retryAfterSeconds } = error;
      const words = code === 'no-badge' ? 'page not found' : fault.message;
      const failed = { status: fault.status, verdict: fault.verdict, retryAfterSeconds };
      // As at pypistats.org.
      if (ctx.path.startsWith('/api/'))
        return sendPage(ctx, { ...failed, contentType: HTML_TYPE, body: `${fault.status}` });
      const isJson = ctx.path.endsWith('.json');
      return sendPage(ctx, {
        ...failed,
        contentType: isJson ? CONTENT_TYPES.json : HTML_TYPE,
        body: isJson ? json({ error: words }) : renderFailure(words, assetUrl),
      });
    },
  };
}

/** A page that is made for each request. */
function fresh(
  contentType: string,
  caching: PagePolicy['caching'],
  render: (ctx: BadgeContext) => string | Promise<string>,
): Send {
  return async (ctx) => sendPage(ctx, { contentType, caching, body: await render(ctx) });
}

type Body = Page['body'];

/** A page that stays the same while the process runs. */
function lasting(contentType: string, render: () => Body | Promise<Body>): Send {
  const open = loadOnce(async (): Promise<Page> => {
    return { contentType, body: await render(), caching: 'page', compressed: new Map() };
  });
  return async (ctx) => sendPage(ctx, await open());
}

function json(data: unknown): string {
  return `${JSON.stringify(data)}\n`;
}

/** The origin by which a client addresses the service; empty behind the edge, whose answers many clients share. */
function originOf({ host, protocol }: BadgeContext): string {
  return host === EDGE_HOST || !HOST.test(host) ? '' : `${protocol}://${host}`;
}
