import { once } from 'node:events';
import type { Server } from 'node:net';

/** Listens on this machine, on a free port or the given one. Returns the port; rejects if it is taken. */
export async function listenHere(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
