import { Agent } from '../upstream/agent.ts';
import type { EdgeOptions } from './purge.ts';

const TIMEOUT_MS = 3_000;

/**
 * Lets every node fetch these badges anew, in place of the copies that it has. Never rejects: a badge that could not be
 * fetched is fetched by its next reader.
 */
export async function refreshAtEdge(edge: EdgeOptions, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const headers = { 'x-purge-key': edge.key };
  const ask = async (origin: string, path: string): Promise<void> => {
    const { body } = await agent.request({ origin, path, method: 'GET', headers });
    await body.dump();
  };
  try {
    await Promise.allSettled(edge.urls.flatMap((url) => paths.map((path) => ask(url, path))));
  } finally {
    await agent.close();
  }
}
