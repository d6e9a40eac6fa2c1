// Sends a million hostile badge URLs to a service (or as many as the argument says), all with
// ?strict=1, over a sample index that fails now and then. Exits with 1 if an answer violates the contract, if the
// service fails in another way, or if its memory keeps growing.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Mode } from '../sample/faults/rules.ts';
import { sampleProjects } from '../sample/projects/sample-projects.ts';
import { createStandIn, type StandIn } from '../sample/stand-in.ts';
import { createOutput, inColumns } from '../src/commands/output.ts';
import { scrape, sumOf } from '../src/commands/scrape.ts';
import { answers, createPart, type Part } from '../stack/part.ts';
import { PYPINS, SHARED_CODE } from '../stack/program.ts';
import { faultsOfAnswer, faultsOfHead } from '../test/faults/support/hostile/answers.ts';
import { createHostileClient, type HostileClient } from '../test/faults/support/hostile/client.ts';
import { targets } from '../test/faults/support/hostile/urls.ts';
import { freePort } from '../test/support/redis/redis.ts';

const DEFAULT_REQUESTS = 1_000_000;
const CONNECTIONS = 8;
const BATCH = 1_000;
/** After each round, memory is measured; during the first fifth of a round, the index misbehaves. */
const ROUND = 10_000;
/** One answer in this many is checked completely; of the others only status, headers and length. */
const WHOLE_EVERY = 100;
const MAX_FAULTS = 20;
const MEBIBYTE = 1024 * 1024;
const MAX_RSS_BYTES = 400 * MEBIBYTE;
/** From the second to the last quarter of the run; caches fill before that. */
const MAX_GROWTH_BYTES = 32 * MEBIBYTE;
const MIN_SAMPLES = 8;
const MAX_ROWS = 20;
const MODES: readonly Mode[] = ['503', 'reset', 'garbage', 'truncated', 'html', '429', 'nulls'];

/** Results so far. */
interface Tally {
  asked: number;
  readonly verdicts: Map<string, number>;
  readonly faults: string[];
  /** Memory of the service after each round. */
  readonly memory: Memory[];
}

interface Memory {
  readonly rssBytes: number;
  /** Heap of JavaScript, and buffers outside it; the rest belongs to native libraries. */
  readonly heapBytes: number;
  readonly externalBytes: number;
}

interface Subject {
  readonly service: Part;
  readonly url: string;
  readonly adminUrl: string;
}

const output = createOutput();
const requests = Number(process.argv[2] ?? DEFAULT_REQUESTS);
if (!Number.isSafeInteger(requests) || requests <= 0) {
  output.note('invalid number of requests; usage: node scripts/soak.ts 100000');
  process.exit(2);
}
process.exitCode = await soak(requests);

/** Runs the soak test and returns the exit code. */
async function soak(total: number): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'pypins-soak-'));
  const standIn = createStandIn({ projects: sampleProjects });
  const subject = await describeSubject(directory, await standIn.listen());
  const client = createHostileClient(subject.url, CONNECTIONS);
  const tally: Tally = { asked: 0, verdicts: new Map(), faults: [], memory: [] };
  const startedAtMs = performance.now();
  try {
    await subject.service.start();
    while (tally.asked < total && tally.faults.length < MAX_FAULTS) {
      const size = Math.min(BATCH, total - tally.asked);
      misbehave(standIn, tally.asked);
      await askBatch(client, tally, fc.sample(targets({ isStrict: true }), size));
      if (tally.asked % ROUND === 0) tally.memory.push(await memoryOf(subject));
      output.progress(`${tally.asked} of ${total}, ${tally.faults.length} faults`);
    }
  } finally {
    await client.close();
    await subject.service.stop();
    await standIn.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
  return report(tally, (performance.now() - startedAtMs) / 1000);
}

async function describeSubject(directory: string, upstream: string): Promise<Subject> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const [url, adminUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  const service = createPart({
    name: 'the service',
    program: PYPINS,
    args: ['serve'],
    settings: {
      HOST: '127.0.0.1',
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      CACHE_DIR: directory,
      PYPI_URL: upstream,
      PYPI_PER_MINUTE: '10000000',
      PYPISTATS_URL: upstream,
      FACTS_FRESH_SECONDS: '30',
      LOG_LEVEL: 'silent',
    },
    environment: { ...SHARED_CODE, PATH: process.env['PATH'] },
    isReady: () => answers(`${url}/-/ready`, true),
  });
  return { service, url, adminUrl };
}

function misbehave(standIn: StandIn, asked: number): void {
  const mode = MODES[Math.floor(asked / ROUND) % MODES.length];
  if (asked % ROUND < ROUND / 5 && mode !== undefined) standIn.misbehave({ mode });
  else standIn.behave();
}

/** Requests a batch over all connections. */
async function askBatch(
  client: HostileClient,
  tally: Tally,
  batch: readonly string[],
): Promise<void> {
  const waiting = batch.values();
  const work = async (): Promise<void> => {
    for (const target of waiting) {
      tally.asked += 1;
      const isWhole = tally.asked % WHOLE_EVERY === 0;
      const faults = await ask(client, tally, target, isWhole).catch((error: unknown) => [
        String(error),
      ]);
      if (faults.length > 0) tally.faults.push(`${target}: ${faults.join(', ')}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

async function ask(
  client: HostileClient,
  { verdicts }: Tally,
  target: string,
  isWhole: boolean,
): Promise<string[]> {
  const answer = await client.get(target);
  const verdict = String(answer.headers['x-badge-status']);
  verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  const asked = { target, isStrict: true };
  return isWhole ? await faultsOfAnswer(asked, answer) : faultsOfHead(asked, answer);
}

async function memoryOf({ adminUrl }: Subject): Promise<Memory> {
  const samples = await scrape(adminUrl);
  return {
    rssBytes: sumOf(samples, 'process_resident_memory_bytes'),
    heapBytes: sumOf(samples, 'nodejs_heap_size_total_bytes'),
    externalBytes: sumOf(samples, 'nodejs_external_memory_bytes'),
  };
}

/** Prints the results and returns the exit code. */
function report({ asked, verdicts, faults, memory }: Tally, seconds: number): number {
  const every = Math.ceil(memory.length / MAX_ROWS);
  const rows = memory
    .map(({ rssBytes, heapBytes, externalBytes }, round) => [
      `${(round + 1) * ROUND}`,
      ...[rssBytes, heapBytes, externalBytes].map(inMegabytes),
    ])
    .filter((_, round) => (round + 1) % every === 0);
  const header = ['requests', 'memory', 'heap', 'external'];
  for (const line of inColumns([header, ...rows])) output.line(line);
  const counts = [...verdicts].map(([verdict, count]) => `${verdict} ${count}`).join(', ');
  output.line(`${asked} requests in ${Math.round(seconds)} s: ${counts}`);
  const all = [...faults, ...faultsOfMemory(memory.map(({ rssBytes }) => rssBytes))];
  for (const fault of all) output.note(fault);
  output.line(`${all.length} faults`);
  return all.length === 0 ? 0 : 1;
}

function faultsOfMemory(rssBytes: readonly number[]): string[] {
  const quarter = Math.floor(rssBytes.length / 4);
  const growth = median(rssBytes.slice(-quarter)) - median(rssBytes.slice(quarter, 2 * quarter));
  const faults: string[] = [];
  if (Math.max(...rssBytes) > MAX_RSS_BYTES) faults.push('the service uses too much memory');
  if (rssBytes.length >= MIN_SAMPLES && growth > MAX_GROWTH_BYTES)
    faults.push(`memory grows: ${inMegabytes(growth)} from the second quarter to the last`);
  return faults;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}
