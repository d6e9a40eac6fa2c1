import { z } from 'zod';
import { parseJson } from '../parse-json.ts';
import { Agent } from '../upstream/agent.ts';
import type { Edge, EdgeNode } from './nodes.ts';

const TIMEOUT_MS = 3_000;

/**
 * When to purge once more. Until then, a fetch that was under way during the first purge may store the old badge, and a
 * process that missed the message of an expiry may serve it from memory. The name then also has the address of a node that
 * started just before the first purge: resolvers and `createEdge` cache addresses for 5 s.
 */
export const SECOND_PURGE_MS = 10_000;

/** What to purge: all badges that have one of the tags (see `tags.ts`), or the badge of one URL. */
export type PurgeTarget = { readonly tags: readonly string[] } | { readonly path: string };

/** Outcome of a purge at one node. */
export interface NodeOutcome extends EdgeNode {
  /** How many badges were purged; undefined where the node refused or did not answer. */
  readonly purged?: number;
  readonly failure?: string;
  /** The version of its rules; undefined for rules that do not tell it. */
  readonly rules?: string | undefined;
}

const answerSchema = z.object({ purged: z.number(), rules: z.string().optional() });

/**
 * Purges softly at every node: the next request fetches a new badge, and gets the old one only if the API fails. Never
 * rejects: the outcome of a node names its failure.
 */
export async function purgeEdge(
  { nodes, key }: Edge,
  target: PurgeTarget,
): Promise<readonly NodeOutcome[]> {
  const present = await nodes();
  return withAgent(key, (ask) => Promise.all(present.map((node) => purgeAt(ask, node, target))));
}

/** As `purgeEdge`, at one node. */
export function purgeNode(key: string, node: EdgeNode, target: PurgeTarget): Promise<NodeOutcome> {
  return withAgent(key, (ask) => purgeAt(ask, node, target));
}

/**
 * Makes every node fetch these badges now, before the next reader asks for them. Never rejects: a badge that could not be
 * fetched is fetched for its next reader.
 */
export async function prefetch({ nodes, key }: Edge, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const present = await nodes();
  await withAgent(key, (ask) =>
    Promise.allSettled(
      present.flatMap((node) =>
        paths.map(async (path) => {
          const { body } = await ask(node, { path, method: 'GET' });
          await body.dump();
        }),
      ),
    ),
  );
}

/** Has a node fetch a badge; returns its `X-Badge-Status`, or the status without one. Rejects if it does not answer. */
export function verdictAt(key: string, node: EdgeNode, path: string): Promise<string> {
  return withAgent(key, async (ask) => {
    const { statusCode, headers, body } = await ask(node, { path, method: 'GET' });
    await body.dump();
    return String(headers['x-badge-status'] ?? statusCode);
  });
}

interface Question {
  readonly path: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request to the purge listener of a node. */
type Ask = (node: EdgeNode, question: Question) => ReturnType<Agent['request']>;

async function withAgent<T>(key: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const ask: Ask = (node, { headers, ...question }) =>
    agent.request({
      origin: originOf(node),
      ...question,
      headers: { host: new URL(node.url).host, 'x-purge-key': key, ...headers },
    });
  try {
    return await work(ask);
  } finally {
    await agent.close();
  }
}

/** The URL with the address in place of the name; the name stays in `Host`, and in TLS. */
function originOf({ url, address }: EdgeNode): string {
  const { protocol, hostname, port } = new URL(url);
  const host = address?.includes(':') === true ? `[${address}]` : (address ?? hostname);
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}`;
}

async function purgeAt(ask: Ask, node: EdgeNode, target: PurgeTarget): Promise<NodeOutcome> {
  const tags = 'tags' in target ? { 'xkey-purge': target.tags.join(' ') } : {};
  try {
    const { statusCode, body } = await ask(node, {
      path: 'path' in target ? target.path : '/',
      method: 'PURGE',
      headers: tags,
    });
    const text = await body.text();
    if (statusCode !== 200) return { ...node, failure: refusal(statusCode) };
    const answer = parseJson(answerSchema, text);
    if (answer === undefined) return { ...node, failure: 'answers, but not as a purge listener' };
    return { ...node, ...answer };
  } catch (error) {
    return {
      ...node,
      failure: `does not answer: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function refusal(status: number): string {
  if (status === 403)
    return 'refuses: PURGE_KEY differs or is not set there, or this address may not purge';
  return `answers ${status}: is this a purge listener?`;
}
