import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import { z } from 'zod';
import { ADMIN_ADDRESS } from './admin-address.ts';
import { downloadSettings } from './downloads/settings.ts';
import { SettingsError } from './errors.ts';
import { normalizeIndexUrl } from './facts/names.ts';
import {
  addressRanges,
  bytes,
  count,
  oneOf,
  originOf,
  port,
  seconds,
  urlList,
} from './setting-formats.ts';
import { findMisspelt } from './misspelt.ts';
import { storeFaults, storeSettings } from './store/settings.ts';

const MEBIBYTE = 1024 * 1024;

/** Each has records, a budget and connections of its own. */
const MAX_INDEXES = 16;

const PUBLIC_URL_EXAMPLE = 'https://badges.example.org';
const PUBLIC_URL_FAULT = `must be a URL such as ${PUBLIC_URL_EXAMPLE}`;

/** All settings with their defaults and meanings; `docs/settings.md` is generated from them. */
export const settingsSchema = z.object({
  HOST: z.string().default('0.0.0.0').describe('address for badges'),
  PORT: port.default(8080).describe('port for badges; 0 chooses a free one'),
  PUBLIC_URL: z
    .union([z.literal(''), originOf(/^https?$/, PUBLIC_URL_EXAMPLE)], {
      error: PUBLIC_URL_FAULT,
    })
    .refine((url) => !url.includes(','), { error: PUBLIC_URL_FAULT })
    .default('')
    .describe('URL at which readers reach the badges, for pages that run without scripts'),
  ADMIN_HOST: z.string().default(ADMIN_ADDRESS.ADMIN_HOST).describe('address of the admin port'),
  ADMIN_PORT: port
    .default(ADMIN_ADDRESS.ADMIN_PORT)
    .describe('admin port: health, readiness and metrics; 0 chooses a free one'),
  ...storeSettings,
  CACHE_DIR: z
    .string()
    .min(1)
    .default('.cache/pypins')
    .describe('directory for pictures, fonts and the SQLite file'),
  CACHE_MAX_BYTES: bytes(8 * MEBIBYTE)
    .default(2048 * MEBIBYTE)
    .describe('maximum size of CACHE_DIR in bytes: three quarters pictures, one quarter facts'),
  MEMORY_MAX_BYTES: bytes(MEBIBYTE)
    .default(16 * MEBIBYTE)
    .describe(
      "maximum size of a process's caches in memory, in bytes: 3/8 pictures, 1/8 whole responses, 1/2 facts",
    ),
  FACTS_FRESH_SECONDS: seconds()
    .default(600)
    .describe('how long facts of a package are fresh; lengthened at random by up to a tenth'),
  FACTS_KEPT_SECONDS: seconds()
    .default(2_592_000)
    .describe('how long facts are kept, to be served as stale while an upstream fails'),
  PYPI_URL: originOf(/^https?$/, 'https://pypi.org')
    .default('https://pypi.org')
    .describe('URL of PyPI or a mirror'),
  PYPI_CONCURRENCY: count(1, 64)
    .default(8)
    .describe('concurrent requests to PyPI per process; a quarter of them to the Simple API'),
  PYPI_PER_MINUTE: count(5)
    .default(600)
    .describe('requests to PyPI for facts per minute, for all processes together'),
  PYPI_INDEXES: urlList('https://test.pypi.org')
    .refine((urls) => urls.length <= MAX_INDEXES, { error: `must be at most ${MAX_INDEXES}` })
    .transform((urls) => [...new Set(urls.map((url) => normalizeIndexUrl(url) ?? url))])
    .default(['https://test.pypi.org'])
    .describe(
      'other indexes with the API of PyPI that `?pypiBaseUrl=` may name, separated by commas, or `none`',
    ),
  PYPISTATS_URL: originOf(/^https?$/, 'https://pypistats.org')
    .default('https://pypistats.org')
    .describe('URL of pypistats.org'),
  PYPISTATS_PER_MINUTE: count(5, 30)
    .default(20)
    .describe('requests to pypistats.org per minute, for all processes together'),
  ...downloadSettings,
  UPSTREAM_MAX_BYTES: bytes()
    .default(32 * MEBIBYTE)
    .describe('maximum size of an upstream response'),
  CONTACT: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
    .default('')
    .describe('e-mail address or URL for upstreams, sent in the User-Agent'),
  DRAWING_CONCURRENCY: count(1, 64)
    .default(Math.min(availableParallelism(), 8))
    .describe('raster pictures drawn concurrently; default: the number of cores, at most 8'),
  DRAWING_QUEUE: count()
    .default(256)
    .describe(
      'raster pictures that may wait to be drawn; if the queue is full, the badge shows `busy`',
    ),
  CACHE_SECONDS_CEILING: seconds().default(86_400).describe('maximum of `?cacheSeconds=`'),
  VARNISH_URLS: urlList('http://127.0.0.1:6085')
    .default([])
    .describe(
      'purge listeners of the Varnish nodes, separated by commas, such as `http://127.0.0.1:6085`; a name means all its addresses',
    ),
  PURGE_KEY: z
    .string()
    .max(200)
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
    .default('')
    .describe('key for purges; the Varnish nodes must have the same'),
  FOLLOW_FEED: oneOf(['rss', 'changelog'])
    .default('rss')
    .describe('feed of PyPI that `pypins follow` polls; `changelog` includes yanks and removals'),
  FOLLOW_SECONDS: seconds(5, 60).default(20).describe('time between two polls of the feed'),
  FOLLOW_ADMIN_PORT: port
    .default(ADMIN_ADDRESS.FOLLOW_ADMIN_PORT)
    .describe('admin port of `pypins follow`; 0 chooses a free one'),
  TRUSTED_PROXIES: addressRanges
    .default([])
    .describe('addresses whose X-Forwarded-For is trusted, separated by commas'),
  LIMIT_PER_SECOND: count()
    .default(50)
    .describe(
      'costly requests per second and client: origin fetches of new packages, drawings of raster pictures',
    ),
  LIMIT_BURST: count().default(500).describe('burst of costly requests per client'),
  LIMIT_EXEMPT: addressRanges
    .default(['127.0.0.0/8', '::1'])
    .describe(
      'addresses without a rate limit, separated by commas, or `none`; the default exempts proxies on this machine',
    ),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least level that is logged, as JSON lines on standard output'),
});

export type Config = Readonly<z.infer<typeof settingsSchema>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from the environment. Empty variables count as not set. Throws a `SettingsError` that names all
 * invalid variables. `servesBadges`: checks what only a process that serves badges needs.
 */
export function readConfig(
  environment: Environment = process.env,
  { servesBadges = false } = {},
): Config {
  const given = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value.trim() !== '',
  );
  const result = settingsSchema.safeParse(Object.fromEntries(given));
  const faults = result.success
    ? [...crossFaults(result.data), ...(servesBadges ? proxyFaults(result.data) : [])]
    : result.error.issues.map(describeIssue);
  faults.push(...storeFaults(new Set(given.map(([name]) => name))));
  if (!result.success || faults.length > 0) {
    throw new SettingsError(`Invalid settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
  return Object.freeze(result.data);
}

/** Returns a warning for each variable of the environment that is nearly a setting: it has no effect. */
export function misspeltSettings(environment: Environment = process.env): string[] {
  return findMisspelt(Object.keys(environment), Object.keys(settingsSchema.shape)).map(
    ({ variable, setting }) => `${variable} is no setting and has no effect: ${setting} is one`,
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}

/** First descriptor that systemd passes; see sd_listen_fds(3). */
const FIRST_PASSED_DESCRIPTOR = 3;

/**
 * Returns the descriptor of the listening socket that systemd (or a compatible launcher) passed; undefined without one.
 * Removes the variables from the environment, so that no child uses them.
 */
export function takePassedSocket(
  environment: Record<string, string | undefined> = process.env,
): number | undefined {
  const { LISTEN_PID: owner, LISTEN_FDS: sockets } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  return Number(owner) === process.pid && Number(sockets) >= 1
    ? FIRST_PASSED_DESCRIPTOR
    : undefined;
}

/** Checks that involve two settings. */
function crossFaults(config: Config): string[] {
  const faults: string[] = [];
  if (config.PORT !== 0 && config.PORT === config.ADMIN_PORT)
    faults.push('ADMIN_PORT: must differ from PORT');
  if (config.FACTS_KEPT_SECONDS < config.FACTS_FRESH_SECONDS)
    faults.push('FACTS_KEPT_SECONDS: must not be shorter than FACTS_FRESH_SECONDS');
  if (config.LIMIT_BURST < config.LIMIT_PER_SECOND)
    faults.push('LIMIT_BURST: must not be smaller than LIMIT_PER_SECOND');
  return faults;
}

/**
 * Returns the fault of a process behind an edge that it does not trust: all requests would come from one client, which
 * may even be exempt from the rate limit. Names the line to add.
 */
export function proxyFaults({ VARNISH_URLS, TRUSTED_PROXIES }: Config): string[] {
  if (VARNISH_URLS.length === 0 || TRUSTED_PROXIES.length > 0) return [];
  const hosts = VARNISH_URLS.map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
  const addresses = hosts.map((host) => {
    if (host === 'localhost') return '127.0.0.1,::1';
    return isIP(host) === 0 ? `<address of ${host}>` : host;
  });
  const line = `TRUSTED_PROXIES=${[...new Set(addresses)].join(',')}`;
  return [
    `TRUSTED_PROXIES: must name the nodes of VARNISH_URLS, or all readers share one rate limit or none; add ${line}`,
  ];
}
