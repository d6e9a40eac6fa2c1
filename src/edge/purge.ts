import { z } from 'zod';
import { Agent } from '../upstream/agent.ts';

const TIMEOUT_MS = 3_000;

/** What to purge: all badges that have one of the tags (`*` is everything), or the badge of one URL. */
export type PurgeTarget = { readonly tags: readonly string[] } | { readonly path: string };

/** What became of a purge at one node. */
export interface NodeOutcome {
  readonly url: string;
  /** How many badges were purged there; undefined where the node refused or did not answer. */
  readonly purged?: number;
  readonly failure?: string;
}

export interface EdgeOptions {
  /** The nodes' purge listeners. */
  readonly urls: readonly string[];
  readonly key: string;
}

const answerSchema = z.object({ purged: z.number() });

/**
 * Purges softly at every node: what is purged is fetched anew with the next request, and shown until it is there. Never
 * rejects; a node that does not answer is told of, and keeps none of the others from being purged.
 */
export async function purgeEdge(edge: EdgeOptions, target: PurgeTarget): Promise<NodeOutcome[]> {
  const agent = new Agent({ connect: { timeout: TIMEOUT_MS } });
  try {
    return await Promise.all(
      edge.urls.map((url) => purgeNode(agent, { url, key: edge.key }, target)),
    );
  } finally {
    await agent.close();
  }
}

async function purgeNode(
  agent: Agent,
  { url, key }: { url: string; key: string },
  target: PurgeTarget,
): Promise<NodeOutcome> {
  const tags = 'tags' in target ? { 'xkey-purge': target.tags.join(' ') } : {};
  try {
    const { statusCode, body } = await agent.request({
      origin: url,
      path: 'path' in target ? target.path : '/',
      method: 'PURGE',
      headers: { 'x-purge-key': key, ...tags },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    const text = await body.text();
    if (statusCode !== 200) return { url, failure: refusal(statusCode) };
    return { url, purged: answerSchema.parse(JSON.parse(text)).purged };
  } catch (error) {
    return {
      url,
      failure: `does not answer: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function refusal(status: number): string {
  if (status === 403)
    return 'refuses: PURGE_KEY differs or is not set there, or this address may not purge';
  return `answers ${status}: is this a purge listener?`;
}
