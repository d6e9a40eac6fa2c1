import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { purgeNode } from '../../../src/edge/purge.ts';
import { PURGE_KEY } from '../../support/service/stack.ts';
import { startVarnish, type TestVarnish } from '../../support/edge/varnish.ts';
import { isMissing } from '../../support/programs.ts';

const READERS = 50;
const ANSWER_MS = 300;
const PATH = '/version/requests/badge.svg';

/** What the node says of the badge, and how often it was asked for it. */
const truth = { message: 'old', isWell: true, asked: 0 };
let node: Server;
let varnish: TestVarnish;
let dispatcher: Agent;

beforeAll(async () => {
  node = createServer((asked, response) => {
    if (asked.url === '/-/ready') response.end();
    else tellTruth(response);
  }).listen(0, '127.0.0.1');
  await once(node, 'listening');
  const address = node.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const nodes = [`http://127.0.0.1:${address.port}`] as const;
  varnish = await startVarnish({ nodes, purgeKey: PURGE_KEY });
  dispatcher = new Agent({ connections: READERS });
});
afterAll(async () => {
  await dispatcher.destroy();
  await varnish.stop();
  node.closeAllConnections();
  node.close();
});

function tellTruth(response: ServerResponse): void {
  truth.asked += 1;
  const { message, isWell } = truth;
  const headers = {
    'X-Badge-Status': isWell ? 'ok' : 'unavailable',
    'X-Edge-TTL': isWell ? '600' : '10',
    Xkey: 'project/requests',
    ETag: `"${message}"`,
  };
  setTimeout(() => response.writeHead(isWell ? 200 : 503, headers).end(message), ANSWER_MS);
}

async function read(): Promise<string> {
  const { statusCode, body } = await request(varnish.url + PATH, { dispatcher });
  expect(statusCode).toBe(200);
  return body.text();
}

async function purge(): Promise<void> {
  const target = { tags: ['project/requests'] };
  const outcome = await purgeNode(PURGE_KEY, { url: varnish.purgeUrl }, target);
  expect(outcome).toMatchObject({ purged: 1 });
}

/** Readers who come before the node has answered the first of them. */
function readTogether(): Promise<string[]> {
  return Promise.all(
    Array.from({ length: READERS }, async (_, i) => {
      await sleep((i * ANSWER_MS) / 2 / READERS);
      return read();
    }),
  );
}

describe.skipIf(isMissing('varnishd'))('a purge', () => {
  test('fifty readers of what was purged wait for one fetch, and all see the new badge', async () => {
    expect(await read()).toBe('old');
    truth.message = 'new';
    await purge();
    expect(new Set(await readTogether())).toEqual(new Set(['new']));
    expect(truth.asked).toBe(2);
  });

  test('should that fail, all see the badge of before', async () => {
    expect(await read()).toBe('new');
    truth.asked = 0;
    truth.message = 'bad';
    truth.isWell = false;
    await purge();
    expect(new Set(await readTogether())).toEqual(new Set(['new']));
    expect(truth.asked).toBe(1);
  });
});
