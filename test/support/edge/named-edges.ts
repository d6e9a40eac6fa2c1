import { onTestFinished } from 'vitest';
import { createEdge, type Edge } from '../../../src/edge/nodes.ts';
import { freePort } from '../redis/redis.ts';
import { PURGE_KEY } from '../service/stack.ts';
import { startVarnish, type TestVarnish } from './varnish.ts';

/** Real varnishd at the same ports of 127.0.0.2 and the next addresses, and a name that means some of them. */
export interface NamedEdges {
  readonly varnishes: readonly TestVarnish[];
  readonly edge: Edge;
  /** Name of each node in outcomes. */
  readonly names: readonly string[];
  /** Lets the name mean these; the edge notices at its next look-up. */
  readonly mean: (varnishes: readonly TestVarnish[]) => void;
}

/** Starts so many in front of an API process; they are gone when the test is. At first the name means all. */
export async function startNamedEdges(
  count: number,
  nodeUrl: string,
  clock?: () => number,
): Promise<NamedEdges> {
  const ports = [await freePort(), await freePort()] as const;
  const varnishes = await Promise.all(
    Array.from({ length: count }, (_, at) =>
      startVarnish({ nodes: [nodeUrl], purgeKey: PURGE_KEY, address: `127.0.0.${at + 2}`, ports }),
    ),
  );
  onTestFinished(async () => void (await Promise.all(varnishes.map((each) => each.stop()))));
  const addressOf = ({ url }: TestVarnish): string => new URL(url).hostname;
  const url = `http://varnish-nodes:${ports[1]}`;
  let meant: readonly TestVarnish[] = varnishes;
  const lookUp = async () => meant.map((each) => ({ address: addressOf(each), family: 4 }));
  return {
    varnishes,
    edge: createEdge({ VARNISH_URLS: [url], PURGE_KEY }, lookUp, clock),
    names: varnishes.map((each) => `${url} (${addressOf(each)})`),
    mean: (some) => void (meant = some),
  };
}
