import { Redis, type RedisOptions } from 'ioredis';

const RECONNECT_FIRST_MS = 50;
export const RECONNECT_MAX_MS = 1_000;
/** A sentinel that says nothing for so long is passed over. */
const SENTINEL_TIMEOUT_MS = 1_000;

/** The database of the URL is refused: ioredis would go on in database 0, which may be another program's. */
const OTHER_DATABASE = /^ERR DB index|'select'/;

/** A host and port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Sentinels, and the master that they watch. */
export interface SentinelSite {
  readonly sentinels: readonly Address[];
  /** Name of the master. */
  readonly master: string;
  /** Of Redis; empty: none. */
  readonly password: string;
  /** Of the sentinels; empty: none. */
  readonly sentinelPassword: string;
  /** Redis and the sentinels are reached by TLS. */
  readonly hasTls: boolean;
}

/** One Redis (`redis://` or `rediss://`, with user and password if it requires them), or what sentinels watch. */
export type RedisSite = { readonly url: string } | SentinelSite;

/** First after 50 ms, later every second. */
function retryStrategy(attempt: number): number {
  return Math.min(RECONNECT_FIRST_MS * 2 ** (attempt - 1), RECONNECT_MAX_MS);
}

/**
 * Opens a connection that is renewed for ever. With sentinels, each new connection goes to the server that they name as the
 * master then, and only if it takes itself for one.
 */
export function createClient(site: RedisSite, options: Omit<RedisOptions, 'replyMapping'>): Redis {
  const client = create(site, { maxLoadingRetryTime: RECONNECT_MAX_MS, retryStrategy, ...options });
  return client.on('error', ({ message }: Error) => {
    if (OTHER_DATABASE.test(message)) client.disconnect(true);
  });
}

function create(site: RedisSite, all: Omit<RedisOptions, 'replyMapping'>): Redis {
  if ('url' in site) return new Redis(site.url, all);
  const { sentinels, master, password, sentinelPassword, hasTls } = site;
  return new Redis({
    sentinels: [...sentinels],
    name: master,
    ...(password !== '' && { password }),
    ...(sentinelPassword !== '' && { sentinelPassword }),
    ...(hasTls && { enableTLSForSentinelMode: true, tls: {}, sentinelTLS: {} }),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    // The settings name them all. Those that sentinels know would only become more, by the addresses of former ones.
    updateSentinels: false,
    ...all,
  });
}

/** Asks one sentinel whether it can decide a failover. Returns undefined, or why not, in its own words. */
export async function askSentinel(
  site: SentinelSite,
  sentinel: Address,
): Promise<string | undefined> {
  const client = new Redis({
    ...sentinel,
    ...(site.sentinelPassword !== '' && { password: site.sentinelPassword }),
    ...(site.hasTls && { tls: {} }),
    connectTimeout: SENTINEL_TIMEOUT_MS,
    commandTimeout: SENTINEL_TIMEOUT_MS,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let failure: Error | undefined;
  client.on('error', (error: Error) => (failure = error));
  try {
    await client.call('SENTINEL', 'CKQUORUM', site.master);
    return undefined;
  } catch (error) {
    return (failure ?? (error instanceof Error ? error : new Error(String(error)))).message;
  } finally {
    client.disconnect();
  }
}
