import { once } from 'node:events';
import { createServer } from 'node:http';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../support/redis/redis.ts';
import { startVarnish } from '../../support/edge/varnish.ts';
import { isMissing } from '../../support/programs.ts';

async function verdictOf(url: string): Promise<unknown> {
  const { headers, body } = await request(url);
  await body.dump();
  return headers['x-badge-status'];
}

describe.skipIf(isMissing('varnishd'))('an edge whose nodes are away', () => {
  test('nodes that have just refused a connection are asked as soon as they are back', async () => {
    const port = await freePort();
    const varnish = await startVarnish({ nodes: [`http://127.0.0.1:${port}`] });
    onTestFinished(() => varnish.stop());
    expect(await verdictOf(`${varnish.url}/version/requests/badge.svg`)).toBe('unavailable');
    const node = createServer((_, response) => {
      const ours = { 'X-Badge-Status': 'ok', 'X-Edge-TTL': '600', ETag: '"1"' };
      response.writeHead(200, { ...ours, 'Content-Type': 'image/svg+xml' }).end('<svg/>');
    });
    onTestFinished(() => {
      node.close().closeAllConnections();
    });
    await once(node.listen(port, '127.0.0.1'), 'listening');
    expect(await verdictOf(`${varnish.url}/version/flask/badge.svg`)).toBe('ok');
  });
});
