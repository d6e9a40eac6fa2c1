import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenHere } from '../../sample/listen.ts';

/** Starts a server that ends with the test, with all its connections; returns its URL. */
export async function listenForTest(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  const port = await listenHere(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}
