import { z } from 'zod';
import type { Answer } from './exchange.ts';
import { etagOf } from './index-entry.ts';

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

/** The answer with null for every value, down to the second level. Anything but an answer in JSON stays as it is. */
export function makeNulls(answer: Answer): Answer {
  if (answer.status !== 200) return answer;
  const document = z.record(z.string(), z.unknown()).parse(JSON.parse(String(answer.body)));
  const nulls = Object.entries(document).map(([key, value]) => [key, nullsIn(value)]);
  return replaceBody(answer, Object.fromEntries(nulls));
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
  const body = Buffer.from(JSON.stringify(document));
  const etag = 'etag' in answer.headers ? { etag: etagOf(body) } : {};
  return { ...answer, headers: { ...answer.headers, ...changed, ...etag }, body };
}
