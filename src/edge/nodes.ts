import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { inTime } from '../../cache/deadline.ts';
import type { Config } from '../config.ts';

/** How old a name's addresses may be. */
const MAX_AGE_MS = 5_000;
/** So long a purge waits for them; the last known ones do for it then. */
const TIMEOUT_MS = 2_000;
/** Of one name. */
const MAX_ADDRESSES = 256;

/** A Varnish node: an address of a name in `VARNISH_URLS`, or a URL that has an address itself. */
export interface EdgeNode {
  /** URL of its purge listener, as in `VARNISH_URLS`. */
  readonly url: string;
  /** Undefined: the URL's own, or that of a name without a known one. */
  readonly address?: string | undefined;
}

/** Looks up the addresses of a name; rejects if it has none. */
export type LookUp = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** The nodes, and the key of their purge listeners. */
export interface Edge {
  /** The nodes as their names have them now. Never rejects. */
  readonly nodes: () => Promise<readonly EdgeNode[]>;
  readonly key: string;
}

/** Name of a node in outcomes, metrics and the log: its URL, and the address if the URL has a name. */
export function nameOf({ url, address }: EdgeNode): string {
  return address === undefined ? url : `${url} (${address})`;
}

/**
 * Creates the edge. A name in a URL means all its addresses. They are looked up again when they are five seconds old, and
 * stay as they are while that fails. A name with IPv4 addresses means these, because a node with both kinds is one node.
 * `localhost` is always one node.
 */
export function createEdge(
  { VARNISH_URLS, PURGE_KEY }: Pick<Config, 'VARNISH_URLS' | 'PURGE_KEY'>,
  lookUp: LookUp = (host) => lookup(host, { all: true, hints: ADDRCONFIG }),
  clock: () => number = () => performance.now(),
): Edge {
  const finders = VARNISH_URLS.map((url): Edge['nodes'] => {
    const { hostname } = new URL(url);
    // An IPv6 address is in brackets.
    if (hostname === 'localhost' || hostname.startsWith('[') || isIP(hostname) !== 0)
      return async () => [{ url }];
    const addressesNow = createAddresses(() => lookUp(hostname), clock);
    return async () => {
      const addresses = await addressesNow();
      return addresses.length === 0 ? [{ url }] : addresses.map((address) => ({ url, address }));
    };
  });
  return {
    key: PURGE_KEY,
    nodes: async () => (await Promise.all(finders.map((find) => find()))).flat(),
  };
}

/** Returns a function that gives the last known addresses, at most `MAX_AGE_MS` old if the look-up succeeds in time. */
function createAddresses(
  lookUp: () => ReturnType<LookUp>,
  clock: () => number,
): () => Promise<readonly string[]> {
  let known: readonly string[] = [];
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    askedAtMs = clock();
    try {
      const found = addressesOf(await lookUp());
      if (found.length > 0) known = found;
    } catch {
      // The last known addresses stay.
    }
  };

  return async () => {
    if (clock() - askedAtMs >= MAX_AGE_MS) asking ??= ask().finally(() => (asking = undefined));
    if (asking !== undefined) await inTime(askedAtMs + TIMEOUT_MS - clock(), asking);
    return known;
  };
}

function addressesOf(found: Awaited<ReturnType<LookUp>>): string[] {
  const family = Math.min(...found.map((each) => each.family));
  const addresses = found.filter((each) => each.family === family).map(({ address }) => address);
  // Resolvers change the order.
  return [...new Set(addresses)].toSorted().slice(0, MAX_ADDRESSES);
}
