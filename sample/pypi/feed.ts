import type { Answer } from '../exchange.ts';
import { normalize } from '../projects/project.ts';
import type { JournalRow } from './journal.ts';
import { CORS_HEADERS, etagOf } from './pages.ts';
import { escapeXml } from './xml-rpc.ts';

const ITEMS = 100;
/** More than the feed shows, so that it stays full when projects are removed. */
const MAX_RELEASES = 1_000;
const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title>PyPI recent updates</title>
    <link>https://pypi.org/</link>
    <description>Recent updates to the Python Package Index</description>
    <language>en</language>`;
const TAIL = `
  </channel>
</rss>`;

/** PyPI's feed of new releases, `/rss/updates.xml`. */
export interface Feed {
  /** Adds the release that a row of the journal creates, and drops what it removes. */
  readonly note: (row: JournalRow) => void;
  /** Returns the last 100 releases, the newest first; `skipped` of the newest are left out. */
  readonly page: (skipped?: number) => Answer;
}

/** Returns an empty feed. */
export function createFeed(): Feed {
  let releases: JournalRow[] = [];
  return {
    note(row) {
      const { name, version, action } = row;
      if (action === 'new release') releases = [...releases.slice(1 - MAX_RELEASES), row];
      if (action === 'remove release' || action === 'remove project') {
        releases = releases.filter(
          (each) => each.name !== name || (version !== null && each.version !== version),
        );
      }
    },
    page(skipped = 0) {
      const rows = releases.toReversed().slice(skipped, skipped + ITEMS);
      const body = Buffer.from(`${HEAD}${rows.map(renderItem).join('')}${TAIL}`);
      const headers = {
        ...CORS_HEADERS,
        'content-type': 'text/xml; charset=UTF-8',
        vary: 'Accept-Encoding',
        etag: etagOf(body),
      };
      return { status: 200, headers, body };
    },
  };
}

function renderItem({ name, version, summary = '', author, atMs }: JournalRow): string {
  const path = [normalize(name), version ?? ''].map(encodeSegment).join('/');
  return `
    <item>
      <title>${escape(`${name} ${version}`)}</title>
      <link>https://pypi.org/project/${escape(path)}/</link>
      <description>${escape(summary)}</description>
      ${author === undefined ? '' : `<author>${escape(author)}</author>`}
      <pubDate>${new Date(atMs).toUTCString()}</pubDate>
    </item>`;
}

/** Escapes quotation marks as well, as Jinja does. */
function escape(text: string): string {
  return escapeXml(text).replaceAll('"', '&#34;').replaceAll("'", '&#39;');
}

function encodeSegment(text: string): string {
  return encodeURI(text.toWellFormed()).replace(/[/?#]/g, encodeURIComponent);
}
