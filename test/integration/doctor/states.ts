import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { listenForTest } from '../../support/listen.ts';
import { startPurgeListener } from '../../support/edge/purge-listener.ts';
import { startRedis } from '../../support/redis/redis.ts';
import { tempDirectoryForTest } from '../../support/temp.ts';

export const NOBODY = 'http://127.0.0.1:9';
const { version } = manifest;

export type Settings = Readonly<Record<string, string>>;

const answering = (status: number, body = ''): Promise<string> =>
  listenForTest((_, response) => response.writeHead(status).end(body));

/** A Varnish node, whose purge listener answers like this. */
async function node(...answer: Parameters<typeof startPurgeListener>): Promise<Settings> {
  const { url } = await startPurgeListener(...answer);
  return { VARNISH_URLS: url, PURGE_KEY: 'x', TRUSTED_PROXIES: '127.0.0.1' };
}

/** A Redis that has got these commands. */
async function redis(config: string[], ...commands: string[][]): Promise<Settings> {
  const started = await startRedis({ config });
  onTestFinished(() => started.stop());
  const operator = new Redis(started.url);
  for (const [name = '', ...words] of commands) await operator.call(name, ...words);
  operator.disconnect();
  return { REDIS_URL: started.url };
}

/** Rules of Redis for a user who may not do all that pypins does. */
const FORBIDDEN = ['-eval', '-@sortedset', '-publish', 'resetchannels', '-get'];

/** A state of the site, and what the doctor finds: a check, its status, its detail and advice. */
export type State = readonly [
  state: string,
  settings: () => Promise<Settings> | Settings,
  check: string,
  status: Finding['status'],
  words: RegExp,
];

export const STATES: readonly State[] = [
  ['CONTACT is missing', () => ({ CONTACT: '' }), 'settings', 'warn', /CONTACT/],
  ['the key is missing', () => ({ VARNISH_URLS: NOBODY }), 'settings', 'fail', /PURGE_KEY/],
  [
    'the edge is not trusted',
    () => ({ VARNISH_URLS: NOBODY, PURGE_KEY: 'x' }),
    'settings',
    'fail',
    /Add TRUSTED_PROXIES=127\.0\.0\.1\./,
  ],
  ['CACHE_DIR is below a file', belowFile, 'disk', 'fail', /^ENOTDIR.*\nSet CACHE_DIR/],
  ['CACHE_DIR is below a file', belowFile, 'sqlite', 'fail', /unable to open database file/],
  ['the store works', () => ({}), 'sqlite', 'ok', /takes writes/],
  ['there is no follower', () => ({}), 'follower', 'warn', /there is none\nRun `pypins follow`/],
  ['fonts work', () => ({}), 'fonts', 'ok', /letters are drawn/],
  ['PyPI answers', () => ({}), 'PyPI', 'ok', /^answers$/],
  ['PyPI is down', () => ({ PYPI_URL: NOBODY }), 'PyPI', 'fail', /\nCheck.* and PYPI_URL\./],
  ['PyPI is down', () => ({ PYPI_URL: NOBODY }), 'clock', 'warn', /PyPI does not answer\n/],
  ['PyPI fails', async () => ({ PYPI_URL: await answering(503) }), 'PyPI', 'warn', /answers 503/],
  [
    'PYPI_URL is a server without projects',
    async () => ({ PYPI_URL: await answering(404) }),
    'PyPI',
    'warn',
    /has no project requests/,
  ],
  [
    'PYPI_URL is another service',
    async () => ({ PYPI_URL: await answering(200, '<h1>Welcome</h1>') }),
    'PyPI',
    'fail',
    /something else/,
  ],
  [
    'PYPISTATS_URL is another service',
    async () => ({ PYPISTATS_URL: await answering(200, '{}') }),
    'pypistats.org',
    'fail',
    /something else/,
  ],
  ['pypistats.org answers', () => ({}), 'pypistats.org', 'ok', /^answers$/],
  ['the clock is right', () => ({}), 'clock', 'ok', /by [01] s/],
  [
    'the clock is wrong',
    async () => ({
      PYPI_URL: await listenForTest((_, response) =>
        response.writeHead(404, { date: new Date(Date.now() - 60_000).toUTCString() }).end(),
      ),
    }),
    'clock',
    'fail',
    /by (?:59|6\d) s/,
  ],
  ['the service runs', () => ({}), 'service', 'ok', /is ready/],
  [
    'the service may run elsewhere',
    () => ({ ADMIN_PORT: '9' }),
    'service',
    'warn',
    /name the admin ports/,
  ],
  [
    'the service stops',
    async () => ({ ADMIN_PORT: new URL(await answering(503)).port }),
    'service',
    'warn',
    /starts or stops/,
  ],
  [
    'another service has the port',
    async () => ({ ADMIN_PORT: new URL(await answering(404)).port }),
    'service',
    'fail',
    /answers 404/,
  ],
  [
    'the service has another version',
    async () => ({
      ADMIN_PORT: new URL(await answering(200, 'pypins_build_info{version="0.0.1"} 1\n')).port,
    }),
    'service',
    'warn',
    /runs version 0\.0\.1.*\nRestart it/,
  ],
  [
    'the service has no store',
    async () => ({
      ADMIN_PORT: new URL(
        await answering(200, `pypins_build_info{version="${version}"} 1\npypins_store_healthy 0\n`),
      ).port,
    }),
    'service',
    'fail',
    /cannot use its store/,
  ],
  ['the edge works', () => node(200, 0, { rules: version }), 'Varnish', 'ok', /serves badges/],
  [
    'the edge has old rules',
    () => node(200, 0, { rules: '0.0.1' }),
    'Varnish',
    'warn',
    /of 0\.0\.1/,
  ],
  ['the edge has older rules', () => node(200, 0), 'Varnish', 'warn', /rules of another version/],
  [
    'the edge reaches no process',
    () => node(200, 0, { rules: version, verdict: 'unavailable' }),
    'Varnish',
    'fail',
    /answers unavailable for a badge\n.*backend\.list/,
  ],
  ['the edge refuses the key', () => node(403), 'Varnish', 'fail', /^refuses.*\n.*same PURGE_KEY/],
  [
    'the edge has another VCL',
    () => node(405),
    'Varnish',
    'fail',
    /405.*\n.*Name the purge listener/,
  ],
  [
    'the edge is down',
    () => ({ VARNISH_URLS: NOBODY, PURGE_KEY: 'x', TRUSTED_PROXIES: '::1' }),
    'Varnish',
    'fail',
    /does not answer.*\nCheck that varnishd runs/,
  ],
  ['Redis is down', () => ({ REDIS_URL: 'redis://127.0.0.1:9' }), 'redis', 'fail', /ECONNREFUSED/],
];

async function belowFile(): Promise<Settings> {
  const file = join(await tempDirectoryForTest(), 'file');
  await writeFile(file, '');
  return { CACHE_DIR: join(file, 'cache') };
}

export const REDIS_STATES: readonly State[] = [
  ['Redis works', () => redis([]), 'redis', 'ok', /takes writes/],
  [
    'Redis is full and evicts nothing',
    () => redis([], ['CONFIG', 'SET', 'maxmemory', '1']),
    'redis',
    'fail',
    /^OOM .*\nGive Redis maxmemory-policy allkeys-lru/,
  ],
  [
    'Redis is a replica',
    () => redis([], ['REPLICAOF', '127.0.0.1', '9']),
    'redis',
    'fail',
    /^READONLY .*\n.*primary/,
  ],
  ['Redis wants a password', () => redis(['--requirepass', 'a']), 'redis', 'fail', /NOAUTH.*\nPut/],
  [
    'Redis has another password',
    async () => ({
      REDIS_URL: (await redis(['--requirepass', 'a']))['REDIS_URL']?.replace('//', '//:b@') ?? '',
    }),
    'redis',
    'fail',
    /WRONGPASS.*\nPut/,
  ],
  [
    'REDIS_URL names a database that Redis lacks',
    async () => ({ REDIS_URL: `${(await redis([]))['REDIS_URL']}/99` }),
    'redis',
    'fail',
    /DB index is out of range\nEnd REDIS_URL with the number/,
  ],
  ...FORBIDDEN.map((rule): State => [
    `the user of REDIS_URL has ${rule}`,
    async () => {
      const rules = ['on', '>a', '~*', '&*', '+@all', rule];
      const { REDIS_URL = '' } = await redis([], ['ACL', 'SETUSER', 'b', ...rules]);
      return { REDIS_URL: REDIS_URL.replace('//', '//b:a@') };
    },
    'redis',
    'fail',
    /\nGive the user in REDIS_URL the keys and channels/,
  ]),
];
