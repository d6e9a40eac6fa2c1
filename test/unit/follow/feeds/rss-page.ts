import type { FeedNews } from '../../../../src/follow/feeds/feed.ts';
import { createRssFeed } from '../../../../src/follow/feeds/rss.ts';
import { createFakeClient } from '../../../support/service/pypi-client.ts';

/** When the first release of a test came out. */
export const START_MS = Date.UTC(2026, 10, 20, 12);

/** A release, and when it came out: seconds after `START_MS`. */
export type Item = readonly [title: string, atSeconds: number];

/** What stands on a page beside what is tried. */
export const BEFORE: Item = ['before 1.0', 0];

/** One poll that is given this page. */
export function poll(page: string, position?: string): Promise<FeedNews> {
  return createRssFeed(createFakeClient(() => page)).poll(position, AbortSignal.timeout(20_000));
}

/** What the last of these pages brought, each read from where the one before it led to. */
export async function newsOf(...pages: readonly (readonly Item[])[]): Promise<FeedNews> {
  let news = await poll(pageOf(pages[0] ?? []));
  for (const page of pages.slice(1)) news = await poll(pageOf(page), news.position);
  return news;
}

/** The changes in short: `project release`. */
export function told({ changes }: FeedNews): string[] {
  return changes.map(({ project, release }) => `${project} ${release}`);
}

/** PyPI's page of releases with these, in this order: PyPI has the newest first. */
export function pageOf(items: readonly Item[]): string {
  return pageWith(
    items.map(
      ([title, atSeconds]) =>
        `<title>${title}</title><pubDate>${new Date(START_MS + atSeconds * 1000).toUTCString()}</pubDate>`,
    ),
  );
}

/** A page with items of any content. */
export function pageWith(items: readonly string[]): string {
  const list = items.map((item) => `<item>${item}</item>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>PyPI recent updates</title><language>en</language>
${list}</channel></rss>`;
}
