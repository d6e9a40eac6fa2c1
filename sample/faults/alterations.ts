import { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { etagOf } from '../pypi/pages.ts';

const documentSchema = z.record(z.string(), z.unknown());
const projectSchema = z.looseObject({
  info: z.looseObject({ version: z.string() }),
  last_serial: z.number().optional(),
  releases: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Returns PyPI's answer as a CDN that missed the purge still has it: an older version if the project has one, the serial
 * before, and an ETag of its own. Any other answer stays as it is.
 */
export function makeOutdated(answer: Answer): Answer {
  const serial = Number(answer.headers['x-pypi-last-serial']) - 1;
  if (answer.status !== 200 || Number.isNaN(serial)) return answer;
  const document = projectSchema.parse(JSON.parse(String(answer.body)));
  const { version } = document.info;
  const older = Object.keys(document.releases ?? {}).find((other) => other !== version);
  const outdated = {
    ...document,
    info: { ...document.info, version: older ?? version },
    ...(document.last_serial !== undefined && { last_serial: serial }),
  };
  const headers = { ...answer.headers, 'x-pypi-last-serial': String(serial) };
  return withBody({ ...answer, headers }, JSON.stringify(outdated));
}

const simpleSchema = z.looseObject({
  meta: z.looseObject({ '_last-serial': z.number() }),
  versions: z.array(z.string()),
});

/** As `makeOutdated`, of the Simple API: without the last version, and under the serial before. */
export function makeOutdatedSimple(answer: Answer): Answer {
  const { data } = simpleSchema.safeParse(answer.status === 200 && readJson(answer));
  if (data === undefined) return answer;
  const serial = data.meta['_last-serial'] - 1;
  const versions = data.versions.slice(0, Math.max(1, data.versions.length - 1));
  const outdated = { ...data, meta: { ...data.meta, '_last-serial': serial }, versions };
  const headers = { ...answer.headers, 'x-pypi-last-serial': String(serial) };
  return withBody({ ...answer, headers }, JSON.stringify(outdated));
}

function readJson(answer: Answer): unknown {
  return answer.headers['content-type']?.includes('json') && JSON.parse(String(answer.body));
}

/**
 * Returns the answer with null for every value: in JSON down to the second level; in XML, nil for the values of XML-RPC and
 * no text in the feed. An error stays as it is.
 */
export function makeNulls(answer: Answer): Answer {
  if (answer.status !== 200) return answer;
  const text = String(answer.body);
  if (answer.headers['content-type']?.startsWith('text/xml')) {
    const nulls = text
      .replace(/<(?:string|int)>[^<]*<\/(?:string|int)>/g, '<nil/>')
      .replace(/(<(?:title|link|description|language|author|pubDate)>)[^<]*/g, '$1');
    return withBody(answer, nulls);
  }
  const document = Object.entries(documentSchema.parse(JSON.parse(text)));
  const nulls = document.map(([key, value]) => [key, nullsIn(value)]);
  return withBody(answer, JSON.stringify(Object.fromEntries(nulls)));
}

function nullsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.keys(value).map((key) => [key, null]));
}

function withBody(answer: Answer, text: string): Answer {
  const body = Buffer.from(text);
  const etag = 'etag' in answer.headers ? { etag: etagOf(body) } : {};
  return { ...answer, headers: { ...answer.headers, ...etag }, body };
}
