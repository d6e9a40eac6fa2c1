import { BadgeError } from '../../errors.ts';
import type { Assets } from './assets.ts';
import { type Page, type Send, sendPage } from './send-page.ts';

/** The list of logos has no digest in its URL: it comes from a package, not from the page's files. */
const LOGOS = 'logos.json';

/** Returns what answers `/assets/<digest>/<name>`. `sendLogos` sends the names of all logos. */
export function createSendAsset(assets: Assets, sendLogos: Send): Send {
  const pages = new Map<string, Page>();
  return async (ctx) => {
    const [, , digest = '', ...parts] = ctx.path.split('/');
    const name = parts.join('/');
    if (name === LOGOS) return sendLogos(ctx);
    const asset = assets.find(name);
    if (asset === undefined) throw new BadgeError('no-badge', 'no such asset');
    // During an update, another version's page may ask for this version's file.
    if (digest !== assets.digest) return sendPage(ctx, { ...asset, caching: 'page' });
    const page = pages.get(name) ?? { ...asset, caching: 'asset', compressed: new Map() };
    pages.set(name, page);
    return sendPage(ctx, page);
  };
}
