// Sends a flood, told by a message, as fast as it is answered, and tells when the last request is. NEW in the path becomes a
// number, and each address sends every so manieth request.
import { setPriority } from 'node:os';
import { Pool } from 'undici';
import { z } from 'zod';

/** In life another machine does this work: here it gets what the service leaves. */
const NICENESS = 10;

const orderSchema = z.object({
  origin: z.string(),
  path: z.string(),
  requests: z.number(),
  clients: z.number(),
  addresses: z.array(z.string()),
});

setPriority(NICENESS);
process.on('message', (message) => void obey(orderSchema.parse(message)));
process.send?.('ready');

async function obey(order: z.infer<typeof orderSchema>): Promise<void> {
  const { origin, path, requests, clients, addresses } = order;
  const pool = new Pool(origin, { connections: clients });
  const numbers = Array.from({ length: requests }, (_, number) => number).values();
  const client = async (): Promise<void> => {
    for (const number of numbers) {
      const headers = { 'x-forwarded-for': addresses[number % addresses.length] };
      const asked = { path: path.replace('NEW', `${number}`), method: 'GET', headers } as const;
      // The edge may cut off who is too slow to go on: that is a flood all the same.
      await pool.request(asked).then(
        ({ body }) => body.dump(),
        () => undefined,
      );
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.destroy();
  process.send?.('done');
}
