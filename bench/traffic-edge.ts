import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { describeEdge } from '../stack/edge.ts';
import { createPart } from '../stack/part.ts';
import { freePort } from './processes.ts';

const COUNT_TIMEOUT_MS = 10_000;
const POLL_MS = 200;

export interface Counts {
  readonly hits: number;
  readonly misses: number;
}

/** A varnishd under measurement, with the arguments of the real one. */
export interface Edge {
  readonly url: string;
  /**
   * Since its start: lookups that found something (a client that waited for another's fetch too), and that did not. Waits
   * for varnishd to have counted as many as are given, since a thread counts only when it has a moment.
   */
  count(least?: number): Promise<Counts>;
  stop(): Promise<void>;
}

/** Starts varnishd in front of one process of the API, with our rules, or the VCL given. */
export async function startEdge(nodeUrl: string, vcl?: string): Promise<Edge> {
  const directory = await mkdtemp(join(tmpdir(), 'pypins-bench-'));
  const file = join(directory, 'edge.vcl');
  if (vcl !== undefined) await writeFile(file, vcl);
  const [publicPort, nodePort] = [await freePort(), Number(new URL(nodeUrl).port)];
  const part = createPart(
    await describeEdge({
      name: 'edge',
      publicPort,
      purgePort: await freePort(),
      directory,
      nodePorts: [nodePort, nodePort],
      ...(vcl !== undefined && { vcl: file }),
      environment: { PATH: process.env['PATH'] },
    }),
  );
  await part.start();
  return {
    url: `http://127.0.0.1:${publicPort}`,
    async count(least = 0) {
      const deadlineMs = performance.now() + COUNT_TIMEOUT_MS;
      for (;;) {
        const counts = await readCounters(join(directory, 'n'));
        if (counts.hits + counts.misses >= least) return counts;
        if (performance.now() > deadlineMs) throw new Error('varnishd has not counted all');
        await delay(POLL_MS);
      }
    },
    async stop() {
      await part.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const counterSchema = z.object({ value: z.number() });
const statisticsSchema = z.object({
  counters: z.object({ 'MAIN.cache_hit': counterSchema, 'MAIN.cache_miss': counterSchema }),
});

async function readCounters(name: string): Promise<Counts> {
  const args = ['-1', '-j', '-n', name, '-f', 'MAIN.cache_hit', '-f', 'MAIN.cache_miss'];
  const { stdout } = await promisify(execFile)('varnishstat', args);
  const { counters } = statisticsSchema.parse(JSON.parse(stdout));
  return { hits: counters['MAIN.cache_hit'].value, misses: counters['MAIN.cache_miss'].value };
}
