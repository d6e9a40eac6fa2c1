import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A fake purge listener with scripted answers. */
export interface PurgeListener {
  readonly url: string;
  /** Requests so far, in order. */
  readonly asked: readonly IncomingMessage[];
}

/** Starts a listener that ends with the test. Its badges have that verdict. The tests of the stack use the real one. */
export async function startPurgeListener(
  status = 200,
  purged = 3,
  { rules, verdict = 'ok' }: { rules?: string; verdict?: string } = {},
): Promise<PurgeListener> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response
      .writeHead(status, request.method === 'GET' ? { 'x-badge-status': verdict } : {})
      .end(JSON.stringify({ status, purged, refused: 0, rules }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}
