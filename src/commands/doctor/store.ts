import type { Store } from '../../../cache/store/contract.ts';
import type { Address, SentinelSite } from '../../../cache/store/redis/client.ts';
import type { Config } from '../../config.ts';
import { openShared, type ServicesOptions } from '../../services.ts';
import { readAdminUrl } from '../../admin-address.ts';
import { checkDownloads } from './downloads.ts';
import type { Finding } from './finding.ts';
import { checkFollower } from './follower.ts';
import { redisSite } from '../../store/settings.ts';
import { statusOf } from './status-of.ts';

const PATIENCE_MS = 1_000;
/** Until the client passes over a sentinel that does not answer. */
const PATIENCE_PER_SENTINEL_MS = 1_500;

/** What to do about the reason that Redis or its client gives. */
const REDIS_ADVICE: readonly (readonly [reason: RegExp, advice: string])[] = [
  // First: it may go on with the last sentinel's refusal.
  [/^All sentinels/, 'Check REDIS_SENTINELS and REDIS_MASTER by the lines of the sentinels.'],
  [/^OOM\b/, 'Give Redis maxmemory-policy allkeys-lru, or more maxmemory.'],
  [/^READONLY\b/, 'It is a replica: set REDIS_URL to the primary.'],
  [/^MISCONF\b/, 'Redis cannot save to its disk: make room there, or set save "".'],
  [
    /NOAUTH|WRONGPASS/,
    'Put the password into REDIS_URL, between `redis://:` and `@`, or with sentinels into REDIS_PASSWORD.',
  ],
  [
    /^NOPERM\b|run this command/,
    'Give the user in REDIS_URL the keys and channels pypins:* and all commands.',
  ],
  [/DB index/, 'End REDIS_URL with the number of a database that Redis has, such as /0.'],
  [/ENOTFOUND|EAI_AGAIN/, 'Check the host in REDIS_URL.'],
];

/** What to do about the reason that a sentinel gives. */
const SENTINEL_ADVICE: readonly (readonly [reason: RegExp, advice: string])[] = [
  [/No such master/, 'Set REDIS_MASTER to the name in its `sentinel monitor`.'],
  [/NOAUTH|WRONGPASS/, 'Set REDIS_SENTINEL_PASSWORD to its `requirepass`.'],
  [/^NOQUORUM/, 'Start the other sentinels, or check that they reach each other.'],
];

/** Checks each sentinel: that it answers, knows the master, and could have a failover decided. */
export async function checkSentinels(config: Config): Promise<Finding[]> {
  const site = redisSite(config);
  if (site === undefined || 'url' in site) return [];
  return Promise.all(site.sentinels.map((sentinel) => checkSentinel(site, sentinel)));
}

async function checkSentinel(site: SentinelSite, sentinel: Address): Promise<Finding> {
  const { askSentinel } = await import('../../../cache/store/redis/client.ts');
  const check = `sentinel ${sentinel.host}:${sentinel.port}`;
  const reason = await askSentinel(site, sentinel);
  if (reason === undefined)
    return { check, status: 'ok', detail: `knows ${site.master}, and has a quorum` };
  const known = SENTINEL_ADVICE.find(([pattern]) => pattern.test(reason));
  if (known !== undefined) return { check, status: 'fail', detail: reason, advice: known[1] };
  const advice = 'Check that it runs, and REDIS_SENTINELS. The others are used meanwhile.';
  return { check, status: 'warn', detail: reason, advice };
}

/** Checks the store by writing to it, and the follower by its reports there. */
export async function checkShared(options: ServicesOptions): Promise<Finding[]> {
  const { store, messages } = await openShared(options);
  const sentinels = options.config.REDIS_SENTINELS.length;
  await store.ready(PATIENCE_MS + sentinels * PATIENCE_PER_SENTINEL_MS);
  const reason = await store.probe();
  const findings = [findingOf(store, reason)];
  if (reason === undefined) {
    if (options.config.DOWNLOADS_SOURCE === 'clickhouse')
      findings.push(await checkDownloads(store));
    const { ADMIN_HOST, FOLLOW_ADMIN_PORT } = options.config;
    const settings = { ADMIN_HOST, FOLLOW_ADMIN_PORT: `${FOLLOW_ADMIN_PORT}` };
    const url = `${readAdminUrl('FOLLOW_ADMIN_PORT', settings)}/readyz`;
    findings.push(await checkFollower(store, async () => (await statusOf(url)) === 200));
  }
  await messages.close();
  await store.close();
  return findings;
}

function findingOf({ tier }: Pick<Store, 'tier'>, reason: string | undefined): Finding {
  if (reason === undefined) return { check: tier, status: 'ok', detail: 'takes writes' };
  const advice =
    tier === 'redis'
      ? (REDIS_ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ??
        'Check that Redis runs, and that REDIS_URL or REDIS_SENTINELS has its address; rediss: is TLS.')
      : 'Check that this user may write in CACHE_DIR, and that the disk has room.';
  return { check: tier, status: 'fail', detail: reason, advice };
}
