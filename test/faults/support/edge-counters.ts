import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Stack } from '../../../stack/start-stack.ts';
import { pidOf } from './processes/memory.ts';

const run = promisify(execFile);
const countersSchema = z.object({
  counters: z.record(z.string(), z.object({ value: z.number() })),
});

/** Counters of varnishd since its worker began, by names such as `MAIN.n_lru_nuked`. Rejects where it does not run. */
export async function edgeCounters(
  { edgeDirectory }: Stack,
  names: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const fields = names.flatMap((name) => ['-f', name]);
  const { stdout } = await run('varnishstat', ['-1', '-j', '-n', edgeDirectory, ...fields]);
  const { counters } = countersSchema.parse(JSON.parse(stdout));
  return Object.fromEntries(Object.entries(counters).map(([name, { value }]) => [name, value]));
}

/** The process of varnishd that deals with requests: a child of the one that was started. */
export async function edgeWorker({ edge }: Stack): Promise<number | undefined> {
  const pid = pidOf(edge);
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
  return Number(child) || undefined;
}
