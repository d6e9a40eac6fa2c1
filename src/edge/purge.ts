import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { Agent } from '../upstream/agent.ts';

const TIMEOUT_MS = 3_000;

/**
 * When to purge once more. A fetch that was under way during the first purge may store the old badge, and a process that
 * missed the message of an expiry may serve it from memory; both are over by then.
 */
export const SECOND_PURGE_MS = 6_000;

/** What to purge: all badges that have one of the tags (see `tags.ts`), or the badge of one URL. */
export type PurgeTarget = { readonly tags: readonly string[] } | { readonly path: string };

/** Outcome of a purge at one node. */
export interface NodeOutcome {
  readonly url: string;
  /** How many badges were purged; undefined where the node refused or did not answer. */
  readonly purged?: number;
  readonly failure?: string;
  /** The version of its rules; undefined for rules that do not tell it. */
  readonly rules?: string | undefined;
}

export interface EdgeOptions {
  /** URLs of the nodes' purge listeners. */
  readonly urls: readonly string[];
  readonly key: string;
}

const answerSchema = z.object({ purged: z.number(), rules: z.string().optional() });

/**
 * Purges softly at every node: the next request fetches a new badge, and gets the old one only if the API fails. Never
 * rejects: the outcome of a node names its failure.
 */
export async function purgeEdge(edge: EdgeOptions, target: PurgeTarget): Promise<NodeOutcome[]> {
  return withAgent((agent) =>
    Promise.all(edge.urls.map((url) => purgeNode(agent, { url, key: edge.key }, target))),
  );
}

/**
 * Makes every node fetch these badges now, before the next reader asks for them. Never rejects: a badge that could not be
 * fetched is fetched for its next reader.
 */
export async function prefetch(edge: EdgeOptions, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const headers = { 'x-purge-key': edge.key };
  await withAgent(async (agent) => {
    const fetchOne = async (origin: string, path: string): Promise<void> => {
      const { body } = await agent.request({ origin, path, method: 'GET', headers });
      await body.dump();
    };
    await Promise.allSettled(edge.urls.flatMap((url) => paths.map((path) => fetchOne(url, path))));
  });
}

async function withAgent<T>(work: (agent: Agent) => Promise<T>): Promise<T> {
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  try {
    return await work(agent);
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
    });
    const text = await body.text();
    if (statusCode !== 200) return { url, failure: refusal(statusCode) };
    const answer = parseJson(answerSchema, text);
    if (answer === undefined) return { url, failure: 'answers, but not as a purge listener' };
    return { url, ...answer };
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
