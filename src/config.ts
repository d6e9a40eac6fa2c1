import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { z } from 'zod';
import { ADMIN_ADDRESS } from './admin-address.ts';
import { SettingsError } from './errors.ts';

const MEBIBYTE = 1024 * 1024;

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().positive();

const NO_USER_INFO = 'must not hold a name or a password: nothing would send them';

/** Redis alone is told who asks. */
function originOf(protocols: RegExp, example: string) {
  return z
    .url({ protocol: protocols, error: `must be a URL such as ${example}` })
    .refine((url) => url.startsWith('redis') || !hasUserInfo(url), { error: NO_USER_INFO })
    .transform((text) => text.replace(/(?<!\/)\/+$/, ''));
}

/** A list by commas; `none` for an empty one. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim().replace(/(?<!\/)\/+$/, ''))
    .filter((part) => part !== '' && part !== 'none'),
);
const addressRanges = list.refine((ranges) => ranges.every(isAddressRange), {
  error: 'must be addresses or ranges such as 10.0.0.0/8, ::1',
});
const urlList = list
  .refine((urls) => urls.every(isHttpUrl), { error: 'must be URLs such as http://127.0.0.1:6085' })
  .refine((urls) => !urls.some(hasUserInfo), { error: NO_USER_INFO });

function hasUserInfo(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username !== '' || password !== '';
}

function isHttpUrl(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/**
 * Every setting there is, with its default and what it means; `docs` and the README are checked against this list.
 * A unit stands in the name, or in the description where the name was given.
 */
export const settingsSchema = z.object({
  HOST: z.string().default('0.0.0.0').describe('address that badges are served on'),
  PORT: port.default(8080).describe('port that badges are served on; 0 takes a free one'),
  ADMIN_HOST: z
    .string()
    .default(ADMIN_ADDRESS.ADMIN_HOST)
    .describe('address of the port for operators'),
  ADMIN_PORT: port
    .default(ADMIN_ADDRESS.ADMIN_PORT)
    .describe('port for operators: health, readiness, metrics; 0 takes a free one'),
  REDIS_URL: z
    .union([z.literal(''), originOf(/^rediss?$/, 'redis://127.0.0.1:6379')])
    .default('')
    .describe(
      'Redis that shares the facts between processes and machines; empty: an SQLite file in CACHE_DIR',
    ),
  CACHE_DIR: z
    .string()
    .min(1)
    .default('.cache/pypins')
    .describe('folder for drawn pictures, fonts and the SQLite file'),
  CACHE_MAX_BYTES: count
    .min(8 * MEBIBYTE)
    .default(2048 * MEBIBYTE)
    .describe('bytes that CACHE_DIR may hold: three quarters pictures, one quarter facts'),
  MEMORY_MAX_BYTES: count
    .min(MEBIBYTE)
    .default(16 * MEBIBYTE)
    .describe(
      'bytes that a process keeps in memory: three eighths pictures, one eighth whole answers, half facts',
    ),
  FACTS_FRESH_SECONDS: count
    .default(600)
    .describe('how long facts of a package count as fresh, at the least: a tenth more at the most'),
  FACTS_KEPT_SECONDS: count
    .default(2_592_000)
    .describe('how long facts are kept to be served when an upstream fails'),
  PYPI_URL: originOf(/^https?$/, 'https://pypi.org')
    .default('https://pypi.org')
    .describe('where PyPI answers'),
  PYPI_CONCURRENCY: count.max(64).default(8).describe('requests to PyPI at once, per process'),
  PYPI_PER_MINUTE: count
    .min(5)
    .default(600)
    .describe('requests to PyPI for facts a minute, all processes together'),
  PYPISTATS_URL: originOf(/^https?$/, 'https://pypistats.org')
    .default('https://pypistats.org')
    .describe('where pypistats.org answers'),
  PYPISTATS_PER_MINUTE: count
    .min(5)
    .max(30)
    .default(20)
    .describe('requests to pypistats.org a minute, all processes together'),
  UPSTREAM_MAX_BYTES: count
    .default(32 * MEBIBYTE)
    .describe('largest answer of an upstream that is read'),
  CONTACT: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
    .default('')
    .describe('address or URL that upstreams may write to; sent in the User-Agent'),
  DRAWING_CONCURRENCY: count
    .max(64)
    .default(availableParallelism())
    .describe('raster pictures drawn at once; the default is the number of cores'),
  DRAWING_QUEUE: count
    .default(256)
    .describe('raster pictures that may wait to be drawn; beyond it the badge says busy'),
  CACHE_SECONDS_CEILING: count
    .default(86_400)
    .describe('longest max-age that ?cacheSeconds= may ask for'),
  VARNISH_URLS: urlList
    .default([])
    .describe('purge listeners of the Varnish nodes, by commas, such as http://127.0.0.1:6085'),
  PURGE_KEY: z
    .string()
    .max(200)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
    .default('')
    .describe(
      'key that the Varnish nodes ask for with a purge; theirs and ours have to be the same',
    ),
  FOLLOW_FEED: z
    .enum(['rss', 'changelog'])
    .default('rss')
    .describe(
      "which of PyPI's feeds `pypins follow` asks: changelog also tells of yanks and removals",
    ),
  FOLLOW_SECONDS: count
    .min(5)
    .max(60)
    .default(20)
    .describe('seconds between two looks at the feed of releases'),
  FOLLOW_ADMIN_PORT: port
    .default(ADMIN_ADDRESS.FOLLOW_ADMIN_PORT)
    .describe('port for operators of `pypins follow`; 0 takes a free one'),
  TRUSTED_PROXIES: addressRanges
    .default([])
    .describe('addresses whose X-Forwarded-For is believed, by commas'),
  LIMIT_PER_SECOND: count
    .default(50)
    .describe(
      'costly requests a second from one address: packages never seen, raster pictures to draw',
    ),
  LIMIT_BURST: count.default(500).describe('costly requests at once from one address'),
  LIMIT_EXEMPT: addressRanges
    .default(['127.0.0.0/8', '::1'])
    .describe(
      'addresses without a limit, by commas, or none; a proxy on this machine would be one client',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('what is logged, as JSON lines on standard output'),
});

export type Config = Readonly<z.infer<typeof settingsSchema>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment, once, at start. An empty variable counts as not set.
 * Throws a `SettingsError` that names every variable at fault.
 */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value.trim() !== '',
  );
  const result = settingsSchema.safeParse(Object.fromEntries(given));
  const faults = result.success ? crossFaults(result.data) : result.error.issues.map(describeIssue);
  if (!result.success || faults.length > 0) {
    throw new SettingsError(
      `These settings do not fit:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  return Object.freeze(result.data);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** sd_listen_fds(3): the descriptors that systemd hands over begin with this one. */
const FIRST_HANDED_DESCRIPTOR = 3;

/**
 * Returns the descriptor of the listening socket that systemd, or what does as it does, has handed to this process;
 * undefined where there is none. Takes the variables out of the environment: no child may believe that they are its own.
 */
export function takeHandedSocket(
  environment: Record<string, string | undefined> = process.env,
): number | undefined {
  const { LISTEN_PID: owner, LISTEN_FDS: sockets } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  return Number(owner) === process.pid && Number(sockets) >= 1
    ? FIRST_HANDED_DESCRIPTOR
    : undefined;
}

/** Faults that only two settings together show. */
function crossFaults(config: Config): string[] {
  const faults: string[] = [];
  if (config.PORT !== 0 && config.PORT === config.ADMIN_PORT)
    faults.push('ADMIN_PORT: must differ from PORT');
  if (config.FACTS_KEPT_SECONDS < config.FACTS_FRESH_SECONDS) {
    faults.push('FACTS_KEPT_SECONDS: must not be shorter than FACTS_FRESH_SECONDS');
  }
  if (config.LIMIT_BURST < config.LIMIT_PER_SECOND)
    faults.push('LIMIT_BURST: must not be smaller than LIMIT_PER_SECOND');
  return faults;
}
