import { describe, expect, test } from 'vitest';
import { createEdge, type EdgeNode, type LookUp, nameOf } from '../../../src/edge/nodes.ts';
import { createClock } from '../follow/harness.ts';

const URL_OF_NAME = 'http://varnish-nodes:6085';
const MAX_AGE_MS = 5_000;
const TIMEOUT_MS = 2_000;

/** A name that the test changes. */
function createName() {
  const name = { addresses: ['10.0.0.1'], asked: 0, isBroken: false };
  const lookUp: LookUp = async () => {
    name.asked += 1;
    if (name.isBroken) throw new Error('ENOTFOUND');
    return name.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { name, lookUp };
}

function startEdge(...urls: string[]) {
  const clock = createClock();
  const { name, lookUp } = createName();
  const edge = createEdge({ VARNISH_URLS: urls, PURGE_KEY: 'x' }, lookUp, clock.read);
  const names = async (): Promise<string[]> => (await edge.nodes()).map(nameOf);
  return { clock, name, names, nodes: edge.nodes };
}

describe('a URL means', () => {
  test.each<[what: string, addresses: string[], nodes: (string | undefined)[]]>([
    ['each address of its name', ['10.0.0.2', '10.0.0.1'], ['10.0.0.1', '10.0.0.2']],
    ['an address once', ['10.0.0.1', '10.0.0.1'], ['10.0.0.1']],
    ['a node with both kinds of addresses once', ['::1', '127.0.0.1'], ['127.0.0.1']],
    ['each IPv6 address where there are no others', ['fd00::2', 'fd00::1'], ['fd00::1', 'fd00::2']],
    ['one node, which cannot be reached, while its name has no address', [], [undefined]],
  ])('%s', async (_, addresses, expected) => {
    const { name, nodes } = startEdge(URL_OF_NAME);
    name.addresses = addresses;
    const found: readonly EdgeNode[] = await nodes();
    expect(found.map(({ address }) => address)).toEqual(expected);
    expect(new Set(found.map(({ url }) => url))).toEqual(new Set([URL_OF_NAME]));
  });

  test.each(['http://127.0.0.1:6085', 'http://[::1]:6085', 'http://10.0.0.7', 'http://localhost'])(
    'one node, without a look-up: %s',
    async (url) => {
      const { name, names } = startEdge(url);
      expect(await names()).toEqual([url]);
      expect(name.asked).toBe(0);
    },
  );

  test('nodes in addition to those of other URLs', async () => {
    const { names } = startEdge('http://127.0.0.1:6085', URL_OF_NAME);
    expect(await names()).toEqual(['http://127.0.0.1:6085', `${URL_OF_NAME} (10.0.0.1)`]);
  });
});

describe('the addresses of a name', () => {
  test('are at most five seconds old', async () => {
    const { clock, name, names } = startEdge(URL_OF_NAME);
    await names();
    name.addresses = ['10.0.0.9'];
    clock.nowMs += MAX_AGE_MS - 1;
    expect(await names()).toEqual([`${URL_OF_NAME} (10.0.0.1)`]);
    expect(name.asked).toBe(1);
    clock.nowMs += 1;
    expect(await names()).toEqual([`${URL_OF_NAME} (10.0.0.9)`]);
    expect(name.asked).toBe(2);
  });

  test('are looked up once for all that ask at the same time', async () => {
    const { name, names } = startEdge(URL_OF_NAME);
    await Promise.all([names(), names(), names()]);
    expect(name.asked).toBe(1);
  });

  test.each<[string, { isBroken?: boolean; addresses?: string[] }]>([
    ['fails', { isBroken: true }],
    ['finds nothing', { addresses: [] }],
  ])('are the last known while the look-up %s', async (_, fault) => {
    const { clock, name, names } = startEdge(URL_OF_NAME);
    const before = await names();
    Object.assign(name, fault);
    for (let times = 0; times < 3; times += 1) {
      clock.nowMs += MAX_AGE_MS;
      expect(await names()).toEqual(before);
    }
    Object.assign(name, { isBroken: false, addresses: ['10.0.0.2'] });
    clock.nowMs += MAX_AGE_MS;
    expect(await names()).toEqual([`${URL_OF_NAME} (10.0.0.2)`]);
  });

  test('are the last known while the look-up hangs, and only the first purge waits for it', async () => {
    const clock = createClock();
    const { lookUp } = createName();
    const hangs = Promise.withResolvers<Awaited<ReturnType<LookUp>>>();
    let asked = 0;
    const edge = createEdge(
      { VARNISH_URLS: [URL_OF_NAME], PURGE_KEY: 'x' },
      (host) => ((asked += 1) === 1 ? lookUp(host) : hangs.promise),
      clock.read,
    );
    const before = await edge.nodes();
    clock.nowMs += MAX_AGE_MS;
    const waiting = edge.nodes();
    // The others come when its time is over.
    clock.nowMs += TIMEOUT_MS;
    expect(await edge.nodes()).toEqual(before);
    expect(await waiting).toEqual(before);
    clock.nowMs += 10 * MAX_AGE_MS;
    expect(await edge.nodes()).toEqual(before);
    expect(asked).toBe(2);
    hangs.resolve([{ address: '10.0.0.2', family: 4 }]);
    expect(await edge.nodes()).toEqual([{ url: URL_OF_NAME, address: '10.0.0.2' }]);
  });
});
