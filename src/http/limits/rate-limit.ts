import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { BadgeError } from '../../errors.ts';

const MAX_CLIENTS = 50_000;
/** Clients whose bucket is filled by no more than this share are served even under overload. */
const SPARED_SHARE = 0.05;
/** An IPv6 /48 may request as much as so many clients. */
const CLIENTS_PER_SITE = 8;

export interface RateLimitOptions {
  perSecond: number;
  burst: number;
  /** Addresses and ranges whose `X-Forwarded-For` is trusted. */
  trustedProxies: readonly string[];
  /** Addresses and ranges without a limit. */
  exempt: readonly string[];
  /** Whether the process is overloaded; clients with a filled bucket are then refused. */
  isLate?: () => boolean;
  /** In milliseconds. Must be monotonic: after a step back, limits would last until the old time. */
  clock?: () => number;
}

/** The parts of a request that identify its client. */
export interface ClientRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  get(header: string): string;
}

export interface RateLimit {
  /**
   * Adds a cost, at most `burst`, to the client's bucket. Returns the client's priority in queues: the milliseconds
   * until its bucket is empty; lower comes first. Throws a `limited` error if the bucket would overflow, and a `busy`
   * error if the process is overloaded and the bucket is filled; both costs count, `busy` included.
   */
  charge(request: ClientRequest, cost?: number): number;
  /** Whether the address is a trusted proxy. */
  readonly isTrusted: (address: string) => boolean;
}

/**
 * Creates leaky buckets for costly requests: origin fetches of new packages and drawings of raster pictures. An IPv4
 * address and an IPv6 /64 have one each, an IPv6 /48 one for all of its clients. Cache hits cost nothing. Keeps the
 * 50,000 most recent buckets.
 */
export function createRateLimit({
  perSecond,
  burst,
  trustedProxies,
  exempt,
  isLate = () => false,
  clock = () => performance.now(),
}: RateLimitOptions): RateLimit {
  const trusted = blockListOf(trustedProxies);
  const unlimited = blockListOf(exempt);
  const intervalMs = 1000 / perSecond;
  const fullMs = burst * intervalMs;
  /** Bucket → time at which it is empty. */
  const emptyAtMs = new LRUCache<string, number>({ max: MAX_CLIENTS });

  const fill = ({ key, clients }: Bucket, costMs: number): FilledBucket => {
    const beforeMs = Math.max(0, (emptyAtMs.get(key) ?? 0) - clock());
    return { key, beforeMs, afterMs: beforeMs + costMs / clients };
  };

  return {
    isTrusted: (address) => contains(trusted, plain(address)),
    charge(request, cost = 1) {
      const address = clientAddress(request, trusted);
      if (contains(unlimited, address)) return 0;
      const costMs = intervalMs * Math.min(cost, burst);
      const filled = bucketsOf(address).map((bucket) => fill(bucket, costMs));
      const beforeMs = Math.max(...filled.map((each) => each.beforeMs));
      const afterMs = Math.max(...filled.map((each) => each.afterMs));
      if (afterMs > fullMs) {
        throw new BadgeError('limited', 'too many costly requests', {
          retryAfterSeconds: Math.ceil((afterMs - fullMs) / 1000),
        });
      }
      for (const each of filled) emptyAtMs.set(each.key, clock() + each.afterMs);
      if (beforeMs > fullMs * SPARED_SHARE && isLate())
        throw new BadgeError(
          'busy',
          'the process is overloaded, and the client has a filled bucket',
        );
      return afterMs;
    },
  };
}

/** A bucket that as many clients share. */
interface Bucket {
  readonly key: string;
  readonly clients: number;
}

/** The bucket's filling in milliseconds before and after a cost. */
interface FilledBucket {
  readonly key: string;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/**
 * Returns the nearest address that is not a trusted proxy: reads `X-Forwarded-For` from the right while it is trusted.
 */
export function clientAddress(request: ClientRequest, trusted: BlockList): string {
  let address = plain(request.socket.remoteAddress ?? '');
  const forwarded = request.get('X-Forwarded-For').split(',');
  while (contains(trusted, address)) {
    const next = plain(forwarded.pop()?.trim() ?? '');
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** An IPv4 address; or the /64 of an IPv6 address, which one customer has, and its /48, which some customers have. */
function bucketsOf(address: string): Bucket[] {
  if (isIP(address) !== 6) return [{ key: address, clients: 1 }];
  const groups = networkOf(address);
  return [
    { key: groups.join(':'), clients: 1 },
    { key: `${groups.slice(0, 3).join(':')}/48`, clients: CLIENTS_PER_SITE },
  ];
}

/** The four groups of an IPv6 address that name its /64. */
function networkOf(address: string): string[] {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(tail === undefined ? 0 : 8 - head.length - tail.length).fill('0');
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

/** Removes the prefix of IPv4 mapped to IPv6, and the zone. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*/, '');
}

function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** Returns a list that contains the addresses and ranges. */
export function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
