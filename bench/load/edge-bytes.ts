import { Agent } from 'undici';
import type { Measured } from '../report/figures.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { type Edge, startEdge } from '../traffic/edge.ts';
import { measureEdgeObjects } from './edge-objects.ts';

const KINDS = ['version', 'license', 'py_versions', 'wheel', 'status'];
const BADGES = 24_000;
/** Threads and their stacks are there by then. */
const FIRST_BADGES = 4_000;
const CONNECTIONS = 16;
const GIGABYTE = 1e9;
const MAX_BYTES = 4_096;

/** What a badge takes at a real varnishd: in its store, and of the memory of its process. */
export async function measureEdgeBytes(): Promise<Measured> {
  const upstream = await startProgram('upstream.ts', [], {});
  const service = await startService({
    PYPI_URL: upstream.url,
    PYPISTATS_URL: upstream.url,
    PYPI_CONCURRENCY: '32',
  });
  const edge = await startEdge(service.url);
  await askFor(edge, 0, FIRST_BADGES);
  const [before, memoryBefore] = [await edge.stored(), edge.memoryBytes()];
  await askFor(edge, FIRST_BADGES, BADGES);
  const [after, memoryAfter] = [await edge.stored(), edge.memoryBytes()];
  const objects = await measureEdgeObjects(edge);
  await Promise.all([edge.stop(), service.stop(), upstream.stop()]);

  const badges = after.objects - before.objects;
  if (badges < BADGES - FIRST_BADGES) throw new Error(`only ${badges} badges are kept`);
  const bytes = Math.round((after.bytes - before.bytes) / badges);
  const resident = Math.round((memoryAfter - memoryBefore) / badges);
  return {
    figures: [
      {
        key: 'edge-bytes',
        what: 'bytes that a badge takes at the edge: in its store, and of the memory of varnishd',
        measured: `${bytes}, ${resident}: ${Math.round(GIGABYTE / resident / 1000)},000 badges in a gigabyte`,
        goal: `≤ ${MAX_BYTES}`,
        met: resident <= MAX_BYTES,
      },
      objects,
    ],
  };
}

/** Asks for badges by their numbers, from the one up to the other, some at once. */
async function askFor(edge: Edge, from: number, to: number): Promise<void> {
  const agent = new Agent({ connections: CONNECTIONS });
  let next = from;
  const client = async (): Promise<void> => {
    while (next < to) {
      const number = next;
      next += 1;
      const kind = KINDS[number % KINDS.length];
      const path = `/${kind}/package-${Math.floor(number / KINDS.length)}/badge.svg`;
      const { headers, body } = await agent.request({ origin: edge.url, path, method: 'GET' });
      await body.dump();
      if (headers['x-badge-status'] !== 'ok') throw new Error(`${path} has no badge`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  await agent.close();
}
