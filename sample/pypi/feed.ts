import type { Answer } from '../exchange.ts';
import { CORS_HEADERS } from './cors-headers.ts';
import { etagOf } from './pages.ts';
import type { JournalRow } from './journal.ts';
import { normalize } from '../projects/project.ts';
import { escapeXml } from './xml.ts';

const ITEMS = 100;
/** So many, that the feed stays full when projects are removed. */
const MAX_KEPT = 1_000;
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
  /** Takes in what a row of the journal changes: a new release, or one that is there no more. */
  readonly note: (row: JournalRow) => void;
  /** The last 100 releases, the newest first, with or without the newest. */
  readonly page: (leftOut?: number) => Answer;
}

/** An empty feed. */
export function createFeed(): Feed {
  let kept: JournalRow[] = [];
  return {
    note(row) {
      if (row.action === 'new release') kept = [...kept.slice(1 - MAX_KEPT), row];
      if (row.action === 'remove release') {
        kept = kept.filter(({ name, version }) => name !== row.name || version !== row.version);
      }
      if (row.action === 'remove project') kept = kept.filter(({ name }) => name !== row.name);
    },
    page(leftOut = 0) {
      const rows = kept.toReversed().slice(leftOut, leftOut + ITEMS);
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

/** Jinja's way: quotation marks as well. */
function escape(text: string): string {
  return escapeXml(text).replaceAll('"', '&#34;').replaceAll("'", '&#39;');
}

function encodeSegment(text: string): string {
  return encodeURI(text.toWellFormed()).replace(/[/?#]/g, encodeURIComponent);
}
