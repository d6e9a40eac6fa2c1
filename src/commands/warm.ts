import { hash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Output } from './output.ts';

const TIMEOUT_MS = 10_000;
/** An answer that came from the edge's own cache. */
const EDGE_HIT = /^(?:hit|stale)/i;

export type WarmOutcome = 'warm' | 'fetched' | 'unknown' | 'failed';
export type WarmSummary = Record<WarmOutcome | 'skipped', number>;

export interface WarmOptions {
  readonly paths: readonly string[];
  /** Where badges are asked for: the edge. */
  readonly through: string;
  readonly perSecond: number;
  /** Where it is remembered what is done, so that an interrupted run goes on where it was. */
  readonly stateDirectory: string;
  readonly output: Output;
}

/**
 * Asks the edge for every path, politely, so that readers find it there. A run that was interrupted, and is started with
 * the same paths, skips what it did.
 */
export async function warm(options: WarmOptions): Promise<WarmSummary> {
  const { paths, through, perSecond, output } = options;
  const summary: WarmSummary = { warm: 0, fetched: 0, unknown: 0, failed: 0, skipped: 0 };
  const state = await openState(options);
  const agent = new Agent({ connections: 8 });
  const startedAtMs = performance.now();
  let asked = 0;
  for (const path of paths) {
    if (state.done.has(path)) {
      summary.skipped += 1;
      continue;
    }
    const dueAtMs = startedAtMs + (asked * 1000) / perSecond;
    await sleep(Math.max(0, dueAtMs - performance.now()));
    asked += 1;
    const outcome = await warmOne(agent, through, path);
    summary[outcome] += 1;
    if (outcome !== 'failed') await state.add(path);
    output.progress(`${asked + summary.skipped}/${paths.length} ${path}`);
  }
  output.progress('');
  await agent.close();
  if (summary.failed === 0) await state.forget();
  return summary;
}

async function warmOne(agent: Agent, through: string, path: string): Promise<WarmOutcome> {
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: through,
      path,
      method: 'GET',
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    await body.dump();
    const verdict = String(headers['x-badge-status']);
    if (verdict === 'not-found' || verdict === 'invalid') return 'unknown';
    if (statusCode !== 200 || verdict !== 'ok') return 'failed';
    return EDGE_HIT.test(String(headers['x-cache'])) ? 'warm' : 'fetched';
  } catch {
    return 'failed';
  }
}

interface WarmState {
  readonly done: ReadonlySet<string>;
  readonly add: (path: string) => Promise<void>;
  readonly forget: () => Promise<void>;
}

async function openState({ paths, through, stateDirectory }: WarmOptions): Promise<WarmState> {
  const name = hash('sha256', JSON.stringify([through, paths])).slice(0, 16);
  const file = join(stateDirectory, `warm-${name}.txt`);
  await mkdir(stateDirectory, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => '');
  return {
    done: new Set(text.split('\n').filter(Boolean)),
    add: (path) => appendFile(file, `${path}\n`),
    forget: () => rm(file, { force: true }),
  };
}
