// Sends the requests that it is told of, and tells what they were answered with.
import { setPriority } from 'node:os';
import { Pool } from 'undici';
import { z } from 'zod';
import type { FloodReport } from './hostile-flood.ts';

const MAX_FAULTS = 20;
/** In life it is another machine that does this work: here it gets what the service leaves. */
const NICENESS = 10;

const orderSchema = z.object({
  origin: z.string(),
  asked: z.array(z.tuple([z.string(), z.string()])),
  clients: z.number(),
});

setPriority(NICENESS);
process.on('message', (message) => void obey(message));
process.send?.('ready');

async function obey(message: unknown): Promise<void> {
  process.send?.(await send(orderSchema.parse(message)));
}

async function send({ origin, asked, clients }: z.infer<typeof orderSchema>): Promise<FloodReport> {
  const pool = new Pool(origin, { connections: clients });
  const answers: Record<string, number> = {};
  const faults: string[] = [];
  const startedAtMs = performance.now();

  const ask = async (path: string, address: string): Promise<void> => {
    const { statusCode, headers, body } = await pool.request({
      path,
      method: 'GET',
      headers: { 'x-forwarded-for': address },
    });
    const bytes = await body.bytes();
    const answer = `${statusCode} ${String(headers['x-badge-status'])}`;
    answers[answer] = (answers[answer] ?? 0) + 1;
    const isPicture = String(headers['content-type']).startsWith('image/') && bytes.length > 0;
    if (!isPicture) faults.push(`${path}: ${answer}, ${bytes.length} bytes`);
  };
  const left = asked.values();
  const client = async (): Promise<void> => {
    for (const [path, address] of left) {
      if (faults.length >= MAX_FAULTS) return;
      await ask(path, address).catch((error: unknown) => faults.push(String(error)));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await pool.destroy();
  return { answers, faults, seconds: (performance.now() - startedAtMs) / 1000 };
}
