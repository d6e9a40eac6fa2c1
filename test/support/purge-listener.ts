import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** A purge listener that says what it is told to. */
export interface PurgeListener {
  readonly url: string;
  /** What it was asked, the first first. */
  readonly asked: readonly IncomingMessage[];
}

/** A listener of the test's own: the real one is tried by the tests of the stack. It is gone when the test is. */
export async function startPurgeListener(status = 200): Promise<PurgeListener> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status).end(JSON.stringify({ status, purged: 3, refused: 0 }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}
