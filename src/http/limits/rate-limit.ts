import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { BadgeError } from '../../errors.ts';

const MAX_CLIENTS = 50_000;
/** Whose bucket is filled by no more than this is served however late the process is. */
const SPARED_SHARE = 0.05;
/** A /48 of IPv6 may ask for as much as so many clients together. */
const CLIENTS_A_SITE = 8;

export interface LimitsOptions {
  perSecond: number;
  burst: number;
  /** Addresses and ranges whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Addresses and ranges without a limit. */
  exempt: readonly string[];
  /** Whether this process has too much to do; then whoever has asked for much is refused. */
  isLate?: () => boolean;
  /** In milliseconds; one that cannot be set back, or a limit would last until the old time comes again. */
  clock?: () => number;
}

/** What is read of a request to tell who sends it. */
export interface Sender {
  readonly socket: { readonly remoteAddress?: string | undefined };
  get(header: string): string;
}

export interface Limits {
  /**
   * Counts something costly for the client, at most as much as it may have at once; throws a `limited` error when it asks too
   * often, and a `busy` one when it has asked for much already and this process is late. Gives a rank among all who ask for
   * something costly, lower for those who ask for less: the milliseconds until its bucket will be empty.
   */
  charge(sender: Sender, cost?: number): number;
  /** Whether what an address says of other clients is believed. */
  readonly isTrusted: (address: string) => boolean;
}

/**
 * Limits what costs (a package never seen, a raster picture to draw), per address, IPv6 by /64 and by /48; what is cached is never
 * refused. A leaky bucket: so many a second, so many at once; the 50,000 most recent clients are remembered.
 */
export function createLimits({
  perSecond,
  burst,
  trustedProxies,
  exempt,
  isLate = () => false,
  clock = () => performance.now(),
}: LimitsOptions): Limits {
  const trusted = blockListOf(trustedProxies);
  const free = blockListOf(exempt);
  const intervalMs = 1000 / perSecond;
  const fullMs = burst * intervalMs;
  /** When a bucket will be empty again. */
  const emptyAtMs = new LRUCache<string, number>({ max: MAX_CLIENTS });

  /** How full a bucket is, and would be with something more, in milliseconds of a client's share. */
  const fill = ({ key, clients }: Bucket, costMs: number): Filled => {
    const beforeMs = Math.max(0, (emptyAtMs.get(key) ?? 0) - clock());
    return { key, beforeMs, afterMs: beforeMs + costMs / clients };
  };

  return {
    isTrusted: (address) => contains(trusted, plain(address)),
    charge(sender, cost = 1) {
      const address = clientAddress(sender, trusted);
      if (contains(free, address)) return 0;
      const costMs = intervalMs * Math.min(cost, burst);
      const filled = bucketsOf(address).map((bucket) => fill(bucket, costMs));
      const beforeMs = Math.max(...filled.map((each) => each.beforeMs));
      const afterMs = Math.max(...filled.map((each) => each.afterMs));
      if (afterMs > fullMs) {
        throw new BadgeError('limited', 'too many costly requests', {
          retryAfterSeconds: Math.ceil((afterMs - fullMs) / 1000),
        });
      }
      if (beforeMs > fullMs * SPARED_SHARE && isLate())
        throw new BadgeError('busy', 'this process is late, and the client has asked for much');
      for (const each of filled) emptyAtMs.set(each.key, clock() + each.afterMs);
      return afterMs;
    },
  };
}

/** What an address's requests are counted in: it holds as much as so many clients may ask for. */
interface Bucket {
  readonly key: string;
  readonly clients: number;
}

interface Filled {
  readonly key: string;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** The nearest address that is not a proxy of ours: `X-Forwarded-For` is read from the right, through trusted proxies only. */
export function clientAddress(sender: Sender, trusted: BlockList): string {
  let address = plain(sender.socket.remoteAddress ?? '');
  const forwarded = sender.get('X-Forwarded-For').split(',');
  while (contains(trusted, address)) {
    const next = plain(forwarded.pop()?.trim() ?? '');
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** IPv4 as it is, IPv6 by /64, which one customer has, and by /48, since some have the 65,536 of it. */
function bucketsOf(address: string): Bucket[] {
  if (isIP(address) !== 6) return [{ key: address, clients: 1 }];
  const groups = networkOf(address);
  return [
    { key: groups.join(':'), clients: 1 },
    { key: `${groups.slice(0, 3).join(':')}/48`, clients: CLIENTS_A_SITE },
  ];
}

/** The four groups of an IPv6 address that name its network. */
function networkOf(address: string): string[] {
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(tail === undefined ? 0 : 8 - head.length - tail.length).fill('0');
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

/** An address without the mask of IPv4 in IPv6, and without a zone. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*/, '');
}

function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

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
