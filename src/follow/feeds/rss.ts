import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { UpstreamClient } from '../../upstream/client.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import { isRelease, normalizeName } from '../../facts/names.ts';
import { parseJson } from '../../parse-json.ts';
import type { Feed, FeedNews } from './feed.ts';

const PATH = '/rss/updates.xml';
/** PyPI's feed has at most 100 kB; parsing one many times larger would exhaust memory. */
const MAX_PAGE_CHARACTERS = 4_000_000;
/** Releases remembered, and read from one page: five times what PyPI lists. */
const MAX_SEEN = 500;
/** A cache may serve an older page: releases so much older than the newest one seen are not new. */
const OLD_MS = 15 * 60_000;

const positionSchema = z.object({
  etag: z.string().optional(),
  /** Each `name release`; those of the last page come last. */
  seen: z.array(z.string()).max(MAX_SEEN),
  newestMs: z.number(),
});
type Position = z.infer<typeof positionSchema>;

const parser = new XMLParser({
  parseTagValue: false,
  // Decodes `&#43;` and the like.
  htmlEntities: true,
  isArray: (name) => name === 'item',
});

const pageSchema = z.object({
  rss: z.object({ channel: z.object({ item: z.array(z.unknown()) }) }),
});

interface Entry {
  readonly key: string;
  readonly project: string;
  readonly release: string;
  readonly atMs: number;
}

const entrySchema = z
  .object({ title: z.string(), pubDate: z.string() })
  .transform(({ title, pubDate }): Entry | undefined => {
    const [name = '', ...rest] = title.split(' ');
    const project = normalizeName(name);
    const release = rest.join(' ');
    const atMs = Date.parse(pubDate);
    if (project === undefined || !isRelease(release) || Number.isNaN(atMs)) return undefined;
    return { key: `${project} ${release}`, project, release, atMs };
  });

/** PyPI's list of its last 100 releases, without yanks, removals and serials. */
export function createRssFeed(client: UpstreamClient): Feed {
  return {
    name: 'rss',
    async poll(text, signal) {
      const before = parseJson(positionSchema, text);
      const answer = await client.get({
        path: PATH,
        accept: 'text/xml',
        etag: before?.etag,
        signal,
      });
      if (answer.status === 304 && before !== undefined)
        return { changes: [], hasGap: false, position: JSON.stringify(before) };
      if (answer.status !== 200)
        throw new UpstreamError('status', `answered ${answer.status} for its feed`);
      const news = compare(readEntries(answer.body), answer.etag, before);
      // An unreadable position is a gap: changes may have happened since it was written.
      return before === undefined && text !== undefined ? { ...news, hasGap: true } : news;
    },
  };
}

/** The releases of a page, each once, oldest first. Skips invalid entries; a page without a valid one is an error. */
function readEntries(body: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const item of parsePage(body).toReversed()) {
    const entry = entrySchema.safeParse(item).data;
    if (entry !== undefined) entries.set(entry.key, entry);
  }
  if (entries.size === 0) throw new UpstreamError('unparsable', 'sent a feed without a release');
  return [...entries.values()].toSorted((a, b) => a.atMs - b.atMs).slice(-MAX_SEEN);
}

function parsePage(body: string): unknown[] {
  if (body.length > MAX_PAGE_CHARACTERS)
    throw new UpstreamError('too-large', 'sent a feed that is far too long');
  try {
    return pageSchema.parse(parser.parse(body, true)).rss.channel.item;
  } catch (error) {
    throw new UpstreamError('unparsable', 'sent something that is not a feed', error);
  }
}

function compare(
  entries: readonly Entry[],
  etag: string | undefined,
  before: Position | undefined,
): FeedNews {
  const newestMs = entries.at(-1)?.atMs ?? 0;
  const onPage = new Set(entries.map(({ key }) => key));
  const gone = before?.seen.filter((key) => !onPage.has(key)) ?? [];
  const position = JSON.stringify({
    etag,
    seen: [...gone, ...onPage].slice(-MAX_SEEN),
    newestMs: Math.max(before?.newestMs ?? 0, newestMs),
  } satisfies Position);
  if (before === undefined) return { changes: [], hasGap: false, position };

  const seen = new Set(before.seen);
  const unseen = entries.filter(({ key }) => !seen.has(key));
  const changes = unseen
    .filter(({ atMs }) => atMs >= before.newestMs - OLD_MS)
    .map(({ project, release, atMs }) => ({ project, release, atMs }));
  // A page with no known release may follow others that were missed, unless it is older than the known ones.
  const hasGap = unseen.length === entries.length && newestMs >= before.newestMs;
  return { changes, hasGap, position };
}
