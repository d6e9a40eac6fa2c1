import { z } from 'zod';
import { canonicalTarget } from '../../../../src/http/urls/target.ts';
import { STYLES } from '../../../../src/imaging/spec.ts';
import { faultsOfRaster, faultsOfSvg, isClean, MAX_CODE_POINTS } from './pictures.ts';

/** What was asked for, as it stood in the request line. */
export interface Asked {
  readonly target: string;
  /** Left out: it may or may not have `?strict=1`. */
  readonly isStrict?: boolean;
}

/** What came back. */
export interface HostileAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const MAX_TWIN_BYTES = 8_192;

/** The true status of each `X-Badge-Status`. A fault of ours is in none of them. */
const TRUE_STATUS: Readonly<Record<string, number>> = {
  ok: 200,
  stale: 200,
  'not-found': 404,
  invalid: 400,
  unavailable: 503,
  busy: 503,
  limited: 429,
};
const TYPES: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};
const SAME_FORMAT: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' };

/** Every header that there is, and what it may say: a header that a request brought about is none of these. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  'access-control-allow-origin': /^\*$/,
  'access-control-expose-headers': /^(?:X-[A-Za-z-]+(?:, |$))+$/,
  'cache-control': /^public, max-age=\d{1,5}$/,
  connection: /^(?:keep-alive|close)$/,
  'content-disposition': /^inline; filename="badge\.[a-z]{3,4}"$/,
  'content-length': /^\d{1,7}$/,
  'content-security-policy':
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox$/,
  'content-type': /^(?:image|application)\/[a-z+]+(?:; charset=utf-8)?$/,
  'cross-origin-resource-policy': /^cross-origin$/,
  date: /^\w{3}, [\w :]+ GMT$/,
  etag: /^"[0-9a-f]{64}"$/,
  'keep-alive': /^timeout=\d+(?:, max=\d+)?$/,
  'referrer-policy': /^no-referrer$/,
  'retry-after': /^\d{1,3}$/,
  'server-timing': /^[\w ;=",.-]+$/,
  'x-badge-fetched-at': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  'x-badge-release': /^[\x21-\x7e]{1,100}$/,
  'x-badge-source': /^(?:pypi|pypistats|static)$/,
  'x-badge-status': /^[a-z-]+$/,
  'x-cache': /^(?:(?:facts|picture)=[a-z]+(?:, |$))+$/,
  'x-content-type-options': /^nosniff$/,
  'x-edge-ttl': /^\d{1,5}$/,
  'x-request-id': /^[\w.-]{8,64}$/,
  xkey: /^(?:project\/[a-z0-9-]+ )?kind\/[a-z0-9-]+(?: project\/[a-z0-9-]+\/[a-z0-9-]+)?$/,
};
const ALWAYS = ['content-security-policy', 'content-type', 'etag', 'x-badge-status', 'x-edge-ttl'];

const COLOR =
  /^(?:brightgreen|green|yellow|yellowgreen|orange|red|blue|grey|lightgrey|#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8}))$/;
const text = z
  .string()
  .refine((value) => isClean(value) && Array.from(value).length <= MAX_CODE_POINTS);
/** shields.io's endpoint schema, whose readers reject what they do not know. */
const twinSchema = z.strictObject({
  schemaVersion: z.literal(1),
  label: text,
  message: text,
  color: z.string().regex(COLOR),
  labelColor: z.string().regex(COLOR).optional(),
  isError: z.literal(true).optional(),
  namedLogo: z.string().optional(),
  logoColor: z.string().regex(COLOR).optional(),
  logoSize: z.literal('auto').optional(),
  logoSvg: z.string().optional(),
  style: z.enum(STYLES).optional(),
  cacheSeconds: z.int().min(0).max(86_400),
});

/** The format that a request target asks for. */
export function formatAsked(target: string): string {
  const path = canonicalTarget(target).replace(/\?.*$/s, '');
  const extension = /\.(svg|png|jpe?g|gif|tiff?|webp|json)$/i.exec(path)?.[1]?.toLowerCase();
  return SAME_FORMAT[extension ?? ''] ?? extension ?? 'svg';
}

/** Everything in which an answer to GET departs from the contract; nothing where it keeps it. */
export async function faultsOfAnswer(asked: Asked, answer: HostileAnswer): Promise<string[]> {
  const format = formatAsked(asked.target);
  const faults = [...faultsOfHead(asked, answer)];
  const { body } = answer;
  if (format === 'json') faults.push(...faultsOfTwin(answer));
  else if (format === 'svg') faults.push(...(await faultsOfSvg(body)));
  else faults.push(...(await faultsOfRaster(body, format)));
  return faults;
}

/** The same of status and headers alone, which takes microseconds. */
export function faultsOfHead(asked: Asked, answer: HostileAnswer): string[] {
  const { status, headers, body } = answer;
  const format = formatAsked(asked.target);
  const verdict = String(headers['x-badge-status']);
  const faults = Object.entries(headers)
    .filter(([name, value]) => typeof value !== 'string' || HEADERS[name]?.test(value) !== true)
    .map(([name, value]) => `the header ${name}: ${String(value)}`);
  for (const name of ALWAYS) if (headers[name] === undefined) faults.push(`no ${name}`);
  if (!statusesOf(asked, format, verdict).includes(status)) faults.push(`${status} ${verdict}`);
  if (headers['content-type'] !== (TYPES[format] ?? `image/${format}`))
    faults.push(`${String(headers['content-type'])} for ${format}`);
  if (headers['content-length'] !== `${body.length}`) faults.push(`${body.length} bytes`);
  return faults;
}

function statusesOf({ isStrict }: Asked, format: string, verdict: string): number[] {
  const truth = TRUE_STATUS[verdict];
  if (truth === undefined) return [];
  if (format === 'json' || isStrict === true || verdict === 'limited') return [truth];
  return isStrict === false ? [200] : [200, truth];
}

function faultsOfTwin({ body, headers }: HostileAnswer): string[] {
  if (body.length > MAX_TWIN_BYTES) return [`${body.length} bytes`];
  const { success, data, error } = twinSchema.safeParse(JSON.parse(body.toString()));
  if (!success) return [z.prettifyError(error)];
  const isGood = headers['x-badge-status'] === 'ok' || headers['x-badge-status'] === 'stale';
  return isGood === (data.isError === undefined) ? [] : ['isError does not tell the truth'];
}
