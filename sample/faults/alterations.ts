import { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { etagOf } from '../pypi/pages.ts';

const projectSchema = z.looseObject({
  info: z.looseObject({ version: z.string() }),
  last_serial: z.number().optional(),
  releases: z.record(z.string(), z.unknown()).optional(),
});

/**
 * PyPI's answer as an edge that missed the purge still has it: an older version where the project has one, a serial
 * one lower, and an ETag of its own. Any other answer stays as it is.
 */
export function makeOutdated(answer: Answer): Answer {
  const serial = Number(answer.headers['x-pypi-last-serial']) - 1;
  if (answer.status !== 200 || Number.isNaN(serial)) return answer;
  const document = projectSchema.parse(JSON.parse(String(answer.body)));
  const { version } = document.info;
  const older = Object.keys(document.releases ?? {}).find((other) => other !== version);
  return replaceBody(
    answer,
    {
      ...document,
      info: { ...document.info, version: older ?? version },
      ...(document.last_serial !== undefined && { last_serial: serial }),
    },
    { 'x-pypi-last-serial': String(serial) },
  );
}

/**
 * The answer with null for every value: in JSON down to the second level, in XML with nothing between the tags. A failure
 * stays as it is.
 */
export function makeNulls(answer: Answer): Answer {
  if (answer.status !== 200) return answer;
  if (answer.headers['content-type']?.startsWith('text/xml')) return makeXmlNulls(answer);
  const document = z.record(z.string(), z.unknown()).parse(JSON.parse(String(answer.body)));
  const nulls = Object.entries(document).map(([key, value]) => [key, nullsIn(value)]);
  return replaceBody(answer, Object.fromEntries(nulls));
}

/** XML-RPC has a null of its own; the feed has no text left. */
function makeXmlNulls(answer: Answer): Answer {
  const text = String(answer.body)
    .replace(/<(?:string|int)>[^<]*<\/(?:string|int)>/g, '<nil/>')
    .replace(/(<(?:title|link|description|language|author|pubDate)>)[^<]*/g, '$1');
  return replaceBytes(answer, Buffer.from(text));
}

function nullsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.keys(value).map((key) => [key, null]));
}

function replaceBody(
  answer: Answer,
  document: unknown,
  changed: Readonly<Record<string, string>> = {},
): Answer {
  const { headers, ...rest } = answer;
  const body = Buffer.from(JSON.stringify(document));
  return replaceBytes({ ...rest, headers: { ...headers, ...changed } }, body);
}

function replaceBytes(answer: Answer, body: Buffer): Answer {
  const etag = 'etag' in answer.headers ? { etag: etagOf(body) } : {};
  return { ...answer, headers: { ...answer.headers, ...etag }, body };
}
