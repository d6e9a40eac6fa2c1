import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { BadgeError } from '../../errors.ts';

const MAX_CLIENTS = 50_000;
/** Whose bucket is filled by no more than this is served however late the process is. */
const SPARED_SHARE = 0.05;

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
   * often, and a `busy` one, counted as well, when it has asked for much already and this process is late. Gives a rank among all who ask for
   * something costly, lower for those who ask for less: the milliseconds until its bucket will be empty.
   */
  charge(sender: Sender, cost?: number): number;
}

/**
 * Limits what costs (a package never seen, a raster picture to draw), per address, IPv6 by /64; what is cached is never
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
  /** When a client's bucket will be empty again. */
  const emptyAtMs = new LRUCache<string, number>({ max: MAX_CLIENTS });

  return {
    charge(sender, cost = 1) {
      const address = clientAddress(sender, trusted);
      if (contains(free, address)) return 0;
      const client = clientKey(address);
      const emptyInMs = Math.max(0, (emptyAtMs.get(client) ?? 0) - clock());
      const nextInMs = emptyInMs + intervalMs * Math.min(cost, burst);
      const waitMs = nextInMs - burst * intervalMs;
      if (waitMs > 0) {
        throw new BadgeError('limited', 'too many costly requests', {
          retryAfterSeconds: Math.ceil(waitMs / 1000),
        });
      }
      emptyAtMs.set(client, clock() + nextInMs);
      if (emptyInMs > burst * intervalMs * SPARED_SHARE && isLate())
        throw new BadgeError('busy', 'this process is late, and the client has asked for much');
      return nextInMs;
    },
  };
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

/** IPv4 as it is, IPv6 by /64: one customer has that many. */
function clientKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = [], tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(tail === undefined ? 0 : 8 - head.length - tail.length).fill('0');
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
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
