import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type TestService } from '../../support/service/service.ts';
import { startVarnish, type TestVarnish } from '../../support/edge/varnish.ts';
import { renderFaultPictures } from '../../../varnish/generators/fault-pictures.ts';
import { isMissing } from '../../support/programs.ts';

/** What is one answer's own, or the connection's. */
const OWN = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'x-request-id',
  'x-cache',
  'server-timing',
]);
/** What the edge keeps to itself, and a validator, which its own badges have not. */
const NOT_FROM_THE_EDGE = new Set(['x-edge-ttl', 'xkey', 'etag']);

let service: TestService;
let varnish: TestVarnish;
let dispatcher: Agent;
beforeAll(async () => {
  service = await startService();
  varnish = await startVarnish({ nodes: [service.url] });
  dispatcher = new Agent();
});
afterAll(async () => {
  await dispatcher.close();
  await varnish.stop();
  await service.close();
});

interface Told {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

async function ask(origin: string, path: string, method = 'GET'): Promise<Told> {
  const { statusCode, headers, body } = await request(origin + path, { method, dispatcher });
  const told = Object.entries(headers).filter(([name]) => !OWN.has(name));
  const bytes = Buffer.from(await body.arrayBuffer());
  return {
    status: statusCode,
    headers: Object.fromEntries(told),
    body: headers['content-type'] === 'image/png' ? pngSize(bytes) : bytes.toString(),
  };
}

/** A PNG's width and height, as its header has them: another processor may smooth an edge a little differently. */
function pngSize(bytes: Buffer): string {
  return bytes.toString('latin1', 1, 4) + bytes.toString('hex', 16, 24);
}

function asFromTheEdge({ status, headers, body }: Told): Told {
  const kept = Object.entries(headers).filter(([name]) => !NOT_FROM_THE_EDGE.has(name));
  return { status, headers: Object.fromEntries(kept), body };
}

const TOO_LONG = `?x=${'a'.repeat(11_000)}`;

describe.skipIf(isMissing('varnishd'))('faults of the edge', () => {
  test.each([
    ['a path of the API’s own', '/-/no-such', '/no/such', 'GET'],
    ['… as PNG', '/-/no-such.png', '/no/such.png', 'GET'],
    ['… as the twin for machines', '/-/no-such.json', '/no/such.json', 'GET'],
    ['… with the true status', '/-/no-such.svg?strict=1', '/no/such.svg?strict=1', 'GET'],
    ['another method', '/version/requests/badge.svg', '/version/requests/badge.svg', 'POST'],
    ['a URL that is too long', `/a.svg${TOO_LONG}`, '/version/-/badge.svg', 'GET'],
    ['… as the twin for machines', `/a.json${TOO_LONG}`, '/version/-/badge.json', 'GET'],
  ])('%s: the edge answers as the API would', async (_, atEdge, atApi, method) => {
    const fromEdge = await ask(varnish.url, atEdge, method);
    expect(fromEdge.headers).toHaveProperty('x-badge-status');
    expect(fromEdge).toEqual(asFromTheEdge(await ask(service.url, atApi, method)));
  });

  test('the pictures in the rules are those that the API draws', async () => {
    const file = new URL('../../../varnish/rules/fault-pictures.vcl', import.meta.url);
    const withoutPixels = (vcl: string): string => vcl.replace(/BASE64, "\w[^"]{500,}"/g, 'PNG');
    const kept = withoutPixels(await readFile(file, 'utf8'));
    expect(kept.match(/PNG/g)).toHaveLength(5);
    expect(kept).toBe(withoutPixels(await renderFaultPictures()));
  });
});
