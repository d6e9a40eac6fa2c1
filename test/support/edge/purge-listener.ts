import type { IncomingMessage } from 'node:http';
import { listenForTest } from '../listen.ts';

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
  const url = await listenForTest((request, response) => {
    asked.push(request);
    response
      .writeHead(status, request.method === 'GET' ? { 'x-badge-status': verdict } : {})
      .end(JSON.stringify({ status, purged, refused: 0, rules }));
  });
  return { url, asked };
}
