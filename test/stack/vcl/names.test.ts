import { createServer } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import { listenHere } from '../../../sample/listen.ts';
import { nameOf } from '../../../src/edge/nodes.ts';
import { prefetch, purgeEdge, verdictAt } from '../../../src/edge/purge.ts';
import { startNamedEdges } from '../../support/edge/named-edges.ts';
import { isMissing } from '../../support/programs.ts';
import { PURGE_KEY } from '../../support/service/stack.ts';
import type { TestVarnish } from '../../support/edge/varnish.ts';

const PATH = '/version/requests/badge.svg';
const LOOKED_UP_MS = 5_000;
const TARGET = { tags: ['project/requests'] };

/** What the API says. */
const truth = { message: '1.0' };
let nodeUrl: string;

beforeAll(async () => {
  const headers = { 'X-Badge-Status': 'ok', 'X-Edge-TTL': '600', Xkey: 'project/requests' };
  const node = createServer((_, response) => {
    response.writeHead(200, { ...headers, ETag: `"${truth.message}"` }).end(truth.message);
  });
  nodeUrl = `http://127.0.0.1:${await listenHere(node)}`;
  return () => {
    node.closeAllConnections();
    node.close();
  };
});

const read = async ({ url }: TestVarnish): Promise<string> => (await fetch(url + PATH)).text();

test.skipIf(isMissing('varnishd'))(
  'two nodes behind one name are both purged, and told apart; one that comes later is by the second purge',
  async () => {
    let nowMs = 0;
    const edges = await startNamedEdges(2, nodeUrl, () => nowMs);
    const { varnishes, edge, names, mean } = edges;
    const readAll = (): Promise<string[]> => Promise.all(varnishes.map(read));
    await expect.poll(readAll).toEqual(['1.0', '1.0']);
    truth.message = '1.1';
    expect(await readAll()).toEqual(['1.0', '1.0']);
    const outcomes = await purgeEdge(edge, TARGET);
    expect(outcomes).toMatchObject([{ purged: 1 }, { purged: 1 }]);
    expect(outcomes.map(nameOf)).toEqual(names);
    expect(await readAll()).toEqual(['1.1', '1.1']);

    mean(varnishes.slice(0, 1));
    nowMs += LOOKED_UP_MS;
    truth.message = '1.2';
    await purgeEdge(edge, TARGET);
    expect(await readAll()).toEqual(['1.2', '1.1']);
    mean(varnishes);
    nowMs += LOOKED_UP_MS;
    await purgeEdge(edge, TARGET);
    expect(await readAll()).toEqual(['1.2', '1.2']);

    truth.message = '1.3';
    await prefetch(edge, [PATH]);
    expect(await readAll()).toEqual(['1.3', '1.3']);
    const nodes = await edge.nodes();
    const verdicts = await Promise.all(nodes.map((node) => verdictAt(PURGE_KEY, node, PATH)));
    expect(verdicts).toEqual(['ok', 'ok']);
  },
);
