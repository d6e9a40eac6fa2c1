import { reasonOf } from '../output.ts';
import { type Sample, scrape, sumOf } from '../scrape.ts';
import type { Finding } from './finding.ts';
import { statusOf } from './status-of.ts';

/** A process that serves badges. */
interface Service {
  readonly adminUrl: string;
  /** False for the default port, where there may be none. */
  readonly isNamed: boolean;
}

/** Checks that a process is ready, has this version, and can use its store. */
export async function checkService(
  { adminUrl, isNamed }: Service,
  version: string,
): Promise<Finding> {
  const check = `service ${adminUrl}`;
  const status = await statusOf(`${adminUrl}/readyz`);
  if (status === undefined) {
    return {
      check,
      status: isNamed ? 'fail' : 'warn',
      detail: 'does not answer',
      advice: isNamed
        ? 'Start it, and read its log.'
        : 'Start it, or name the admin ports: pypins doctor http://127.0.0.1:18080 ….',
    };
  }
  if (status === 503) {
    const advice = 'Check again in ten seconds.';
    return { check, status: 'warn', detail: 'starts or stops', advice };
  }
  try {
    return { check, ...findingOf(await scrape(adminUrl), version) };
  } catch (error) {
    const advice = 'Name the admin port of a process.';
    return { check, status: 'fail', detail: reasonOf(error), advice };
  }
}

function findingOf(samples: readonly Sample[], version: string): Omit<Finding, 'check'> {
  const running = samples.find(({ name }) => name === 'pypins_build_info')?.labels['version'];
  if (running !== version) {
    return {
      status: 'warn',
      detail: `runs version ${running ?? 'unknown'}, and this is ${version}`,
      advice: 'Restart it.',
    };
  }
  if (sumOf(samples, 'pypins_store_healthy') === 0) {
    return {
      status: 'fail',
      detail: 'is ready, but cannot use its store',
      advice:
        'Read its log. Without Redis, CACHE_DIR and all that is in it must belong to its user.',
    };
  }
  return { status: 'ok', detail: `is ready (version ${version})` };
}
