import { z } from 'zod';
import type { Measured } from '../report/figures.ts';
import { startProgram, startService } from '../servers/processes.ts';
import { startRedis } from '../../test/support/redis/redis.ts';

const KINDS = ['version', 'license', 'py_versions', 'wheel', 'download'];
const CLIENTS = 100;

/** Five kinds of one package, asked for at once by 100 clients, on two processes with one Redis. */
export async function measureSharing(): Promise<Measured> {
  const redis = await startRedis();
  const upstream = await startProgram('upstream.ts', [], {});
  const environment = { REDIS_URL: redis.url, PYPI_URL: upstream.url, PYPISTATS_URL: upstream.url };
  const services = await Promise.all([startService(environment), startService(environment)]);

  const asked = Array.from({ length: CLIENTS }, (_, client) =>
    KINDS.map((kind) => fetch(`${services[client % 2]?.url}/${kind}/package-7/badge.svg`)),
  ).flat();
  const answers = await Promise.all(asked);
  const isGood = answers.every(({ headers }) => headers.get('x-badge-status') === 'ok');
  const counts = z
    .object({ pypi: z.number(), pypistats: z.number() })
    .parse(await (await fetch(upstream.url)).json());

  await Promise.all([...services.map((service) => service.stop()), upstream.stop(), redis.stop()]);
  return {
    figures: [
      {
        key: 'sharing',
        what: `${asked.length} requests at once: five kinds of one package, two processes, one Redis`,
        measured: `PyPI ${counts.pypi}, pypistats.org ${counts.pypistats}${isGood ? '' : ', and failures'}`,
        goal: 'PyPI 1, pypistats.org 1',
        met: isGood && counts.pypi === 1 && counts.pypistats === 1,
      },
    ],
  };
}
