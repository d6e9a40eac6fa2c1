import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { describeEdge, EDGE_ARGUMENTS } from '../../stack/edge.ts';
import { createPart } from '../../stack/part.ts';
import { freePort } from '../servers/processes.ts';
import { onCore } from '../servers/wrk.ts';

const COUNT_TIMEOUT_MS = 10_000;
const POLL_MS = 200;

export interface Counts {
  readonly hits: number;
  readonly misses: number;
}

/** What is in the store. */
export interface Stored {
  readonly objects: number;
  /** As varnishd counts them. */
  readonly bytes: number;
}

/** A varnishd under measurement, with the arguments of the real one. */
export interface Edge {
  readonly url: string;
  /**
   * Since its start: lookups that found something (a client that waited for another's fetch too), and that did not. Waits
   * for varnishd to have counted as many as are given, since a thread counts only when it has a moment.
   */
  count(least?: number): Promise<Counts>;
  stored(): Promise<Stored>;
  /** Resident memory in bytes, of varnishd and its child that serves. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

/** Where it runs, and how much it may store (`128m`). Left out: anywhere, as much as the real one. */
export interface EdgeSize {
  readonly core?: number;
  readonly storage?: string;
}

/** Starts varnishd in front of one process of the API, with our rules, or the VCL given. */
export async function startEdge(
  nodeUrl: string,
  vcl?: string,
  { core, storage }: EdgeSize = {},
): Promise<Edge> {
  const directory = await mkdtemp(join(tmpdir(), 'pypins-bench-'));
  const file = join(directory, 'edge.vcl');
  if (vcl !== undefined) await writeFile(file, vcl);
  const [publicPort, nodePort] = [await freePort(), Number(new URL(nodeUrl).port)];
  const described = await describeEdge({
    name: 'edge',
    publicPort,
    purgePort: await freePort(),
    directory,
    nodePorts: [nodePort, nodePort],
    arguments: withStorage(storage),
    ...(vcl !== undefined && { vcl: file }),
    environment: { PATH: process.env['PATH'] },
  });
  const [program, ...args] = onCore(core, described.program, described.args);
  const part = createPart({ ...described, program, args });
  await part.start();
  return {
    url: `http://127.0.0.1:${publicPort}`,
    async count(least = 0) {
      const deadlineMs = performance.now() + COUNT_TIMEOUT_MS;
      for (;;) {
        const counters = await readCounters(join(directory, 'n'));
        const [hits, misses] = [counters('MAIN.cache_hit'), counters('MAIN.cache_miss')];
        if (hits + misses >= least) return { hits, misses };
        if (performance.now() > deadlineMs) throw new Error('varnishd has not counted all');
        await delay(POLL_MS);
      }
    },
    async stored() {
      const counters = await readCounters(join(directory, 'n'));
      return { objects: counters('MAIN.n_object'), bytes: counters('SMA.s0.g_bytes') };
    },
    memoryBytes: () => (part.pid === undefined ? 0 : familyBytes(part.pid)),
    async stop() {
      await part.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The arguments of the real one, with another size of its store; undefined: as they are. */
function withStorage(storage: string | undefined): readonly string[] | undefined {
  if (storage === undefined) return undefined;
  const first = EDGE_ARGUMENTS.findIndex((argument) => argument.startsWith('malloc,'));
  return EDGE_ARGUMENTS.with(first, `malloc,${storage}`);
}

const statisticsSchema = z.object({
  counters: z.record(z.string(), z.object({ value: z.number() })),
});

async function readCounters(name: string): Promise<(counter: string) => number> {
  const { stdout } = await promisify(execFile)('varnishstat', ['-1', '-j', '-n', name]);
  const { counters } = statisticsSchema.parse(JSON.parse(stdout));
  return (counter) => counters[counter]?.value ?? Number.NaN;
}

/** Of a process and its children. */
function familyBytes(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return children
    .split(' ')
    .filter(Boolean)
    .reduce((sum, child) => sum + familyBytes(Number(child)), Number(kibibytes) * 1024);
}
